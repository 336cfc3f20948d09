#include "providers/openai_answer_writer.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "providers/openai_message_writer.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

// What the schema has in a message and in a delta.
constexpr std::array<std::string_view, 7> kMessageFields = {
    "role", "content", "refusal", "tool_calls", "annotations", "audio", "function_call"};
constexpr std::array<std::string_view, 5> kCallFields = {"id", "type", "function", "custom", "index"};
constexpr std::array<std::string_view, 2> kFunctionFields = {"name", "arguments"};
constexpr std::array<std::string_view, 2> kCustomFields = {"name", "input"};

// Of a stream a piece, which says only what is new.
enum class Form { kWhole, kPiece };

// {"name": name, second_name: second, …what `extra` holds of the object `where`}.
void WritePair(Form form, std::string_view where, std::string_view name,
               const std::array<std::string_view, 2>& fields, std::string_view second, const Struct& extra,
               JsonWriter& json) {
  json.Key(where);
  json.BeginObject();
  if (form == Form::kWhole || !name.empty()) json.Field(fields[0], name);
  json.Field(fields[1], second);
  const Struct* rest = NestedExtra(extra, where);
  if (rest != nullptr) WriteMembersOrNull(*rest, fields, json);
  json.EndObject();
}

// `Call` is a ToolCall or a ToolCallDelta.
template <typename Call>
void WriteCall(Form form, const Call& call, JsonWriter& json) {
  // Only a piece that begins a call has an id.
  const bool begins = form == Form::kWhole || !call.id().empty();
  if (begins) json.Field("id", call.id());
  if (!call.type().empty()) {
    json.Field("type", call.type());
  } else if (begins) {
    json.Field("type", call.has_custom() && !call.has_function() ? "custom" : "function");
  }
  const bool whole = form == Form::kWhole;
  const bool custom = call.type() == "custom";
  if (call.has_function() || (whole && !custom && !call.has_custom())) {
    const v1::FunctionCall& function = call.function();
    WritePair(form, "function", function.name(), kFunctionFields, function.arguments(), call.extra(), json);
  }
  if (call.has_custom() || (whole && custom && !call.has_function())) {
    const v1::CustomCall& made = call.custom();
    WritePair(form, "custom", made.name(), kCustomFields, made.input(), call.extra(), json);
  }
  // A whole call has no index at OpenAI, but at others: there it is no field.
  const std::size_t fields = kCallFields.size() - (form == Form::kWhole ? 1 : 0);
  WriteMembersOrNull(call.extra(), std::span(kCallFields).first(fields), json);
}

void WriteToolCall(const v1::ToolCall& call, JsonWriter& json) {
  json.BeginObject();
  WriteCall(Form::kWhole, call, json);
  json.EndObject();
}

void WriteToolCall(const v1::ToolCallDelta& call, JsonWriter& json) {
  json.BeginObject();
  json.Key("index");
  json.Int(call.index());
  WriteCall(Form::kPiece, call, json);
  json.EndObject();
}

// What a whole turn and a piece of one have in common, but for role, content and refusal. `Turn` is a Message
// or a Delta.
template <typename Turn>
void WriteMembers(Form form, const Turn& turn, JsonWriter& json) {
  if (turn.has_reasoning_content()) json.Field("reasoning_content", turn.reasoning_content());
  if (turn.tool_calls_size() > 0) {
    json.Key("tool_calls");
    json.BeginArray();
    for (const auto& call : turn.tool_calls()) WriteToolCall(call, json);
    json.EndArray();
  }
  if (turn.has_function_call()) {
    const v1::FunctionCall& call = turn.function_call();
    WritePair(form, "function_call", call.name(), kFunctionFields, call.arguments(), turn.extra(), json);
  }
  if (turn.annotations_size() > 0) {
    json.Key("annotations");
    json.BeginArray();
    for (const Struct& annotation : turn.annotations()) WriteStructOrNull(annotation, json);
    json.EndArray();
  }
  if (turn.has_audio()) {
    json.Key("audio");
    WriteStructOrNull(turn.audio(), json);
  }
}

using Names = absl::InlinedVector<std::string_view, 10>;

template <typename Turn>
Names FieldsWritten(const Turn& turn) {
  Names names(kMessageFields.begin(), kMessageFields.end());
  if (turn.has_reasoning_content()) names.push_back("reasoning_content");
  return names;
}

bool AllText(const v1::Message& message) {
  return std::all_of(message.parts().begin(), message.parts().end(), [](const v1::ContentPart& part) {
    return part.has_text() && part.extra().fields().empty();
  });
}

void WriteParts(const v1::Message& message, std::string& out) {
  JsonWriter json(out);
  if (AllText(message)) {
    std::string text;
    for (const v1::ContentPart& part : message.parts()) text += part.text();
    return json.String(text);
  }
  json.BeginArray();
  for (const v1::ContentPart& part : message.parts()) {
    FieldError error;
    const std::size_t before = out.size();
    // A part that cannot be said is left out.
    if (!WriteOpenAiPart(part, json, error)) out.resize(before);
  }
  json.EndArray();
}

void WriteContent(const v1::Message& message, JsonWriter& json) {
  json.Key("content");
  if (message.has_content()) {
    json.String(message.content());
  } else if (message.parts_size() > 0) {
    std::string parts;
    WriteParts(message, parts);
    json.Raw(parts);
  } else {
    json.Null();
  }
}

}  // namespace

void WriteOpenAiAnswer(const v1::Message& message, JsonWriter& json) {
  json.BeginObject();
  json.Raw(R"("role":"assistant")");
  WriteContent(message, json);
  json.Key("refusal");
  if (message.has_refusal()) {
    json.String(message.refusal());
  } else {
    json.Null();
  }
  if (!message.name().empty()) json.Field("name", message.name());
  if (!message.tool_call_id().empty()) json.Field("tool_call_id", message.tool_call_id());
  WriteMembers(Form::kWhole, message, json);
  if (message.has_extra()) {
    Names names = FieldsWritten(message);
    if (!message.name().empty()) names.push_back("name");
    if (!message.tool_call_id().empty()) names.push_back("tool_call_id");
    WriteMembersOrNull(message.extra(), names, json);
  }
  json.EndObject();
}

void WriteOpenAiAnswer(const v1::Delta& delta, JsonWriter& json) {
  json.BeginObject();
  if (delta.role() != v1::ROLE_UNSPECIFIED) json.Raw(R"("role":"assistant")");
  if (delta.has_content()) json.Field("content", delta.content());
  if (delta.has_refusal()) json.Field("refusal", delta.refusal());
  WriteMembers(Form::kPiece, delta, json);
  if (delta.has_extra()) WriteMembersOrNull(delta.extra(), FieldsWritten(delta), json);
  json.EndObject();
}

}  // namespace spillway::providers
