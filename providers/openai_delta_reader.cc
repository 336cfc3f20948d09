#include "providers/openai_delta_reader.h"

#include <algorithm>
#include <utility>

#include "providers/content_parts.h"
#include "providers/json_document.h"
#include "providers/json_text.h"
#include "providers/openai_call_reader.h"
#include "providers/part_pieces.h"
#include "providers/role.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using google::protobuf::ListValue;
using google::protobuf::Value;

constexpr std::string_view kContent = "content";
constexpr std::string_view kReasoning = "reasoning";
constexpr std::string_view kReasoningContent = "reasoning_content";
constexpr std::string_view kReasoningDetails = "reasoning_details";

bool AllObjects(const json::array& list) {
  return std::all_of(list.begin(), list.end(), [](const auto& value) { return value.is_object(); });
}

// A server that writes out all its fields sends this with every piece.
bool SaysNothing(const json::object& audio) {
  return std::all_of(audio.begin(), audio.end(), [](const auto& member) {
    return member.value().is_null() || AsText(member.value()) == "" || AsWhole(member.value()) == 0;
  });
}

bool SameScalar(const Value& a, const Value& b) {
  return a.kind_case() == b.kind_case() && a.string_value() == b.string_value() &&
         a.number_value() == b.number_value() && a.bool_value() == b.bool_value();
}

Value& ExtraOf(v1::Delta& delta, std::string_view name) {
  return (*delta.mutable_extra()->mutable_fields())[std::string(name)];
}

}  // namespace

bool OpenAiDeltaReader::Read(const json::object& delta, std::string_view answer, v1::Delta& out,
                             std::string& problem) {
  const json::value* content = nullptr;
  const json::value* reasoning = nullptr;
  for (const auto& member : delta) {
    const std::string_view name = View(member.key());
    if (name == kContent) {
      content = &member.value();
    } else if (name == kReasoning) {
      reasoning = &member.value();
    } else {
      ReadMember(name, member.value(), answer, out);
    }
  }
  if (reasoning != nullptr) ReadReasoning(*reasoning, out);
  return content == nullptr || content->is_null() || ReadContent(*content, out, problem);
}

void OpenAiDeltaReader::ReadMember(std::string_view name, const json::value& value, std::string_view answer,
                                   v1::Delta& out) {
  switch (value.kind()) {
    case json::kind::null:
      return;
    case json::kind::string:
      if (ReadText(name, value, out)) return;
      break;
    case json::kind::array:
      if (ReadList(name, value.get_array(), answer, out)) return;
      break;
    case json::kind::object:
      if (ReadObject(name, value.get_object(), out)) return;
      break;
    default:
      break;
  }
  Keep(name, value, out);
}

bool OpenAiDeltaReader::ReadText(std::string_view name, const json::value& value, v1::Delta& out) {
  const std::string_view text = View(value.get_string());
  // Whoever a delta claims to be from, it is the assistant's turn.
  if (name == "role") return text.empty() || RoleFromWord(text) == v1::ROLE_ASSISTANT;
  if (name == "refusal") {
    out.set_refusal(std::string(text));
  } else if (name == kReasoningContent) {
    out.set_reasoning_content(std::string(text));
    said_reasoning_content_ = said_reasoning_content_ || !text.empty();
  } else {
    return false;
  }
  return true;
}

bool OpenAiDeltaReader::ReadList(std::string_view name, const json::array& list, std::string_view answer,
                                 v1::Delta& out) {
  if (name == kReasoningDetails) {
    AppendPieces(list, reasoning_details_);
    return true;
  }
  if (name == "tool_calls" && AllObjects(list)) {
    for (const auto& call : list) calls_.Add(call.get_object(), answer, out);
    return true;
  }
  if (name == "annotations" && AllObjects(list)) {
    for (const auto& annotation : list) ReadStruct(annotation.get_object(), *out.add_annotations());
    return true;
  }
  return list.empty();
}

bool OpenAiDeltaReader::ReadObject(std::string_view name, const json::object& object, v1::Delta& out) {
  if (name == "audio") {
    if (!SaysNothing(object)) ReadStruct(object, *out.mutable_audio());
    return true;
  }
  if (name != "function_call") return false;
  ReadOpenAiFunctionCall(object, out);
  if (named_function_ && out.has_function_call()) out.mutable_function_call()->clear_name();
  named_function_ = named_function_ || !out.function_call().name().empty();
  return true;
}

// The same under two names is said once; another text is kept.
void OpenAiDeltaReader::ReadReasoning(const json::value& value, v1::Delta& out) {
  const auto text = AsText(value);
  if (!text) {
    if (!value.is_null()) Keep(kReasoning, value, out);
  } else if (!said_reasoning_content_) {
    out.set_reasoning_content(std::string(*text));
  } else if (*text != out.reasoning_content()) {
    other_reasoning_ += *text;
  }
}

bool OpenAiDeltaReader::ReadContent(const json::value& content, v1::Delta& out, std::string& problem) {
  if (const auto text = AsText(content)) {
    out.set_content(std::string(*text));
    if (!parts_.values().empty() && !text->empty()) AppendText(*text, parts_);
    return true;
  }
  if (content.is_array()) {
    ReadListContent(content.get_array(), out);
    return true;
  }
  if (content.is_object()) {
    // Cloudflare, where a schema was asked for. Everyone else gives the object's text.
    out.set_content(JsonText(content));
    Keep(kContent, content, out);
    return true;
  }
  problem = "a delta's content is neither text, a list nor an object";
  return false;
}

void OpenAiDeltaReader::ReadListContent(const json::array& content, v1::Delta& out) {
  FlatContent flat = FlattenParts(content);
  parts_are_plain_ = parts_are_plain_ && flat.complete;
  AppendPieces(content, parts_);
  if (!flat.text.empty()) out.set_content(std::move(flat.text));
  if (flat.thinking.empty()) return;
  if (out.reasoning_content().empty()) {
    out.set_reasoning_content(std::move(flat.thinking));
  } else {
    parts_are_plain_ = false;
  }
}

void OpenAiDeltaReader::Keep(std::string_view name, const json::value& value, v1::Delta& out) {
  Value read;
  ReadValue(value, read);
  if (!value.is_structured()) {
    Value& told = (*told_.mutable_fields())[std::string(name)];
    if (SameScalar(told, read)) return;
    told = read;
  }
  ExtraOf(out, name) = std::move(read);
}

void OpenAiDeltaReader::TakeHeld(v1::Delta& out) {
  if (!reasoning_details_.values().empty()) {
    *ExtraOf(out, kReasoningDetails).mutable_list_value() = std::exchange(reasoning_details_, ListValue());
  }
  if (!other_reasoning_.empty())
    ExtraOf(out, kReasoning).set_string_value(std::exchange(other_reasoning_, {}));
  if (!parts_are_plain_) *ExtraOf(out, kContent).mutable_list_value() = std::exchange(parts_, ListValue());
  parts_are_plain_ = true;
}

}  // namespace spillway::providers
