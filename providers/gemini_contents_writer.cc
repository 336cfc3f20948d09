#include "providers/gemini_contents_writer.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "providers/api_name.h"
#include "providers/gemini_kept.h"
#include "providers/gemini_part_writer.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

// What Google documents for calls that none of its models made.
constexpr std::string_view kUncheckedSignature = "skip_thought_signature_validator";

constexpr std::array<std::string_view, 3> kResultFields = {"id", "name", "response"};

bool IsResult(const PlacedMessage& placed) { return placed.message->role() == v1::ROLE_TOOL; }

bool IsCustom(const v1::ToolCall& call) {
  return call.type() == "custom" || (call.has_custom() && !call.has_function());
}

// The object of a result: the text itself when it is one, else {"result": text}.
void WriteResponse(const std::string& text, JsonWriter& json) {
  const auto trimmed = absl::StripAsciiWhitespace(text);
  const std::string_view object(trimmed.data(), trimmed.size());
  if (object.starts_with('{')) {
    const JsonDocument document(object);
    if (document.ok()) return json.Raw(object);
  }
  json.BeginObject();
  json.Field("result", text);
  json.EndObject();
}

}  // namespace

bool GeminiContentsWriter::Write(const Conversation& conversation) {
  // Gemini demands a turn; the system's words are all there is to answer to.
  const bool only_system = conversation.turns.empty();
  json_.Key("contents");
  json_.BeginArray();
  if (only_system) {
    json_.BeginObject();
    json_.Field("role", "user");
    if (!SystemParts(conversation.system)) return false;
    json_.EndObject();
  }
  for (const Turn& turn : conversation.turns) {
    if (!(turn.assistant ? ModelTurn(turn) : UserTurn(turn))) return false;
  }
  json_.EndArray();
  if (only_system || conversation.system.empty()) return true;
  json_.Key("systemInstruction");
  json_.BeginObject();
  if (!SystemParts(conversation.system)) return false;
  json_.EndObject();
  return true;
}

bool GeminiContentsWriter::SystemParts(const std::vector<PlacedMessage>& system) {
  json_.Key("parts");
  json_.BeginArray();
  for (const auto& [message, index] : system) {
    const auto other =
        std::find_if(message->parts().begin(), message->parts().end(),
                     [](const v1::ContentPart& part) { return !part.has_text() && !part.has_refusal(); });
    if (other != message->parts().end()) {
      error_.Unsupported("parts",
                         "are more than text, which is all that Gemini takes for the system's words");
      return error_.In("messages", static_cast<std::size_t>(index));
    }
    if (!Text(*message, {})) return error_.In("messages", static_cast<std::size_t>(index));
  }
  json_.EndArray();
  return true;
}

bool GeminiContentsWriter::ModelTurn(const Turn& turn) {
  json_.BeginObject();
  json_.Field("role", "model");
  json_.Key("parts");
  json_.BeginArray();
  first_call_ = true;
  for (const auto& [message, index] : turn.messages) {
    if (!ModelMessage(*message)) return error_.In("messages", static_cast<std::size_t>(index));
  }
  json_.EndArray();
  json_.EndObject();
  return true;
}

bool GeminiContentsWriter::UserTurn(const Turn& turn) {
  return (!std::any_of(turn.messages.begin(), turn.messages.end(), IsResult) || UserContent(turn, true)) &&
         (std::all_of(turn.messages.begin(), turn.messages.end(), IsResult) || UserContent(turn, false));
}

bool GeminiContentsWriter::UserContent(const Turn& turn, bool results) {
  json_.BeginObject();
  json_.Field("role", "user");
  json_.Key("parts");
  json_.BeginArray();
  for (const PlacedMessage& placed : turn.messages) {
    if (IsResult(placed) != results) continue;
    const bool written = results ? Result(*placed.message) : Text(*placed.message, {});
    if (!written) return error_.In("messages", static_cast<std::size_t>(placed.index));
  }
  json_.EndArray();
  json_.EndObject();
  return true;
}

bool GeminiContentsWriter::ModelMessage(const v1::Message& message) {
  if (const auto* parts = GeminiPartsOf(message)) return KeptParts(*parts, message);
  if (!Text(message, GeminiSignatureIn(message.extra()))) return false;
  WriteGeminiText(message.refusal(), {}, json_);
  for (int i = 0; i < message.tool_calls_size(); ++i) {
    if (!Call(message.tool_calls(i))) return error_.In("tool_calls", static_cast<std::size_t>(i));
  }
  return true;
}

bool GeminiContentsWriter::KeptParts(const google::protobuf::ListValue& parts, const v1::Message& message) {
  int next_call = 0;
  for (const auto& part : parts.values()) {
    if (GeminiCallIn(part) == nullptr) {
      if (!WriteValue(part, json_, error_)) return error_.In("extra.gemini.parts");
      continue;
    }
    const int index = next_call++;
    if (!Call(message.tool_calls(index))) return error_.In("tool_calls", static_cast<std::size_t>(index));
  }
  return true;
}

bool GeminiContentsWriter::Text(const v1::Message& message, std::string_view signature) {
  dropped_.AddIf(!message.name().empty(), "messages.name");
  if (message.has_content() && message.parts_size() > 0) {
    return error_.Set("content", "and parts exclude each other");
  }
  if (message.parts_size() == 0) WriteGeminiText(message.content(), signature, json_);
  for (int i = 0; i < message.parts_size(); ++i) {
    if (!WriteGeminiPart(message.parts(i), target_, json_, dropped_, error_)) {
      return error_.In("parts", static_cast<std::size_t>(i));
    }
  }
  return true;
}

bool GeminiContentsWriter::Call(const v1::ToolCall& call) {
  if (IsCustom(call)) return error_.Unsupported("", "is a custom one, which Gemini does not know");
  if (call.function().name().empty()) return error_.Set("function.name", "is not set");
  const std::string_view id = target_.preview ? GeminiCallId(call) : std::string_view();
  calls_.insert_or_assign(call.id(), PastCall{call.function().name(), id});
  std::string_view signature = GeminiSignatureIn(call.extra());
  if (signature.empty() && first_call_ && target_.model.IsThirdGeneration()) signature = kUncheckedSignature;
  first_call_ = false;
  json_.BeginObject();
  json_.Key("functionCall");
  json_.BeginObject();
  if (!id.empty()) json_.Field("id", id);
  json_.Field("name", call.function().name());
  json_.Key("args");
  WriteArguments(call.function().arguments(), json_);
  json_.EndObject();
  if (!signature.empty()) json_.Field("thoughtSignature", signature);
  json_.EndObject();
  return true;
}

bool GeminiContentsWriter::Result(const v1::Message& message) {
  const auto known = calls_.find(message.tool_call_id());
  const PastCall call = known == calls_.end() ? PastCall{message.name(), {}} : known->second;
  if (call.name.empty()) {
    return error_.Unsupported("tool_call_id", "is of no call before, and Gemini wants the function's name");
  }
  json_.BeginObject();
  json_.Key("functionResponse");
  json_.BeginObject();
  if (!call.id.empty()) json_.Field("id", call.id);
  json_.Field("name", call.name);
  json_.Key("response");
  if (!ResultText(message)) return false;
  // `parts`, `scheduling`, …
  const google::protobuf::Struct* scope = ScopedExtra(message.extra(), v1::API_GEMINI);
  if (scope != nullptr && !WriteMembers(*scope, kResultFields, json_, error_)) {
    error_.In("gemini");
    return error_.In("extra");
  }
  json_.EndObject();
  json_.EndObject();
  return true;
}

bool GeminiContentsWriter::ResultText(const v1::Message& message) {
  for (int i = 0; i < message.parts_size(); ++i) {
    if (message.parts(i).has_text()) continue;
    error_.Unsupported("", "is more than text, which is all that Gemini takes for a result");
    return error_.In("parts", static_cast<std::size_t>(i));
  }
  WriteResponse(TextOf(message), json_);
  return true;
}

}  // namespace spillway::providers
