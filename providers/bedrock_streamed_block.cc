#include "providers/bedrock_streamed_block.h"

#include <utility>

#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/json_text.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kContent[] = "content";

std::string_view TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or("");
}

// What comes of a block piece by piece: texts and lists go on where they ended.
void AddPiece(Value piece, Value& whole) {
  if (piece.has_struct_value() && whole.has_struct_value()) {
    for (auto& [name, value] : *piece.mutable_struct_value()->mutable_fields()) {
      AddPiece(std::move(value), (*whole.mutable_struct_value()->mutable_fields())[name]);
    }
  } else if (piece.has_list_value() && whole.has_struct_value()) {
    // The result of a tool, in parts.
    AddPiece(std::move(piece), (*whole.mutable_struct_value()->mutable_fields())[kContent]);
  } else if (piece.has_list_value() && whole.has_list_value()) {
    for (Value& element : *piece.mutable_list_value()->mutable_values()) {
      *whole.mutable_list_value()->add_values() = std::move(element);
    }
  } else if (piece.has_string_value() && whole.has_string_value()) {
    whole.mutable_string_value()->append(piece.string_value());
  } else {
    whole = std::move(piece);
  }
}

// A call's input, which comes as a text and is a value.
void ReadText(Value& input) {
  const JsonDocument document(input.string_value(), kMaxAnswerDepth);
  if (!document.ok()) return;
  input.Clear();
  ReadValue(document.root(), input);
}

ListValue& KeptBlocks(v1::Message& kept) {
  Struct& scope = MutableScopedExtra(*kept.mutable_extra(), v1::API_BEDROCK);
  return *(*scope.mutable_fields())[kContent].mutable_list_value();
}

}  // namespace

void BedrockStreamedBlock::BeginOther(const json::object& start) { ReadStruct(start, other_); }

bool BedrockStreamedBlock::ReadDelta(const json::object& delta, v1::Delta& out) {
  for (const auto& member : delta) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    const auto text = AsText(value);
    const bool other = other_.fields().contains(std::string(name));
    if (name == "text" && text) {
      text_.append(*text);
      out.mutable_content()->append(*text);
    } else if (name == "reasoningContent" && value.is_object()) {
      ReadReasoning(value.get_object(), out);
    } else if (name == "toolUse" && !other) {
      if (!ReadInput(value, out)) return false;
    } else if (name == "citation") {
      ReadValue(value, *citations_.add_values());
    } else {
      Value piece;
      ReadValue(value, piece);
      AddPiece(std::move(piece), (*other_.mutable_fields())[std::string(name)]);
    }
  }
  return true;
}

bool BedrockStreamedBlock::ReadInput(const json::value& use, v1::Delta& out) {
  if (!call_) return false;
  const json::value* input = Member(use, "input");
  if (input == nullptr || input->is_null()) return true;
  const auto text = AsText(*input);
  const std::string piece = text ? std::string(*text) : JsonText(*input);
  if (piece.empty()) return true;
  has_input_ = true;
  v1::ToolCallDelta& call = *out.add_tool_calls();
  call.set_index(*call_);
  call.mutable_function()->set_arguments(piece);
  return true;
}

void BedrockStreamedBlock::ReadReasoning(const json::object& reasoning, v1::Delta& out) {
  const std::string_view text = TextIn(reasoning, "text");
  if (!text.empty()) out.mutable_reasoning_content()->append(text);
  text_.append(text);
  signature_.append(TextIn(reasoning, "signature"));
  redacted_.append(TextIn(reasoning, "redactedContent"));
}

void BedrockStreamedBlock::End(v1::Delta& out, v1::Message& kept) {
  if (call_ && !has_input_) {
    v1::ToolCallDelta& call = *out.add_tool_calls();
    call.set_index(*call_);
    call.mutable_function()->set_arguments("{}");
  }
  if (!redacted_.empty()) AddThinkingBlock({.redacted = redacted_}, kept);
  if (!signature_.empty()) AddThinkingBlock({.text = text_, .signature = signature_}, kept);
  if (!citations_.values().empty()) KeepCitations(kept);
  if (!other_.fields().empty()) KeepOther(kept);
}

void BedrockStreamedBlock::KeepCitations(v1::Message& kept) {
  Struct& block = *KeptBlocks(kept).add_values()->mutable_struct_value();
  Struct& cited = *(*block.mutable_fields())["citationsContent"].mutable_struct_value();
  *(*cited.mutable_fields())["citations"].mutable_list_value() = std::move(citations_);
  Struct& part =
      *(*cited.mutable_fields())[kContent].mutable_list_value()->add_values()->mutable_struct_value();
  (*part.mutable_fields())["text"].set_string_value(text_);
}

void BedrockStreamedBlock::KeepOther(v1::Message& kept) {
  const auto use = other_.mutable_fields()->find("toolUse");
  if (use != other_.fields().end() && use->second.has_struct_value()) {
    auto& members = *use->second.mutable_struct_value()->mutable_fields();
    const auto input = members.find("input");
    if (input != members.end() && input->second.has_string_value()) ReadText(input->second);
  }
  *KeptBlocks(kept).add_values()->mutable_struct_value() = std::move(other_);
}

}  // namespace spillway::providers
