#include "providers/anthropic_block_stream.h"

#include <utility>

#include "providers/anthropic_block_reader.h"
#include "providers/json_document.h"
#include "providers/json_growth.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

constexpr std::string_view kText = "text";
constexpr std::string_view kThinking = "thinking";
constexpr std::string_view kCall = "tool_use";
constexpr std::string_view kInput = "input";

// A block's input may be nested as deep as in an answer that comes whole: below the answer, its content and
// the block.
constexpr std::size_t kMaxInputDepth = kMaxAnswerDepth - 3;

void Set(std::string_view name, std::string_view text, json::object& object) {
  object[json::string_view(name.data(), name.size())] = json::string(text.data(), text.size());
}

// The type of the blocks that such pieces are of; empty when it is not known.
std::string_view BlockOf(std::string_view piece) {
  if (piece == "signature_delta") return kThinking;
  return piece == "citations_delta" ? kText : std::string_view();
}

// What the model wrote of it, if the answer's limit cut it off.
void SetInput(std::string_view text, json::object& members) {
  const JsonDocument document(text, kMaxInputDepth);
  if (document.ok()) {
    members.erase("input");
    Grow(kInput, document.root(), members);
  } else {
    Set(kInput, text, members);
  }
}

}  // namespace

void AnthropicBlockStream::Begin(Index index, const json::value& block, std::string_view seed) {
  const json::object* members = block.if_object();
  if (members == nullptr) return answer_.FailUnreadable("a block of the content is no object");
  latest_ = index ? *index : latest_ + 1;
  End(latest_);
  Block& begun = open_[latest_];
  begun.members = Owned(*members);
  const std::string_view type = AnthropicText(begun.members, "type");
  if (type == kText || type == kThinking) BeginText(begun, type);
  if (type == kCall) BeginCall(begun, seed);
}

void AnthropicBlockStream::BeginText(Block& block, std::string_view name) {
  const json::value* text = block.members.if_contains({name.data(), name.size()});
  if (text != nullptr && !text->is_null() && !text->is_string()) {
    return answer_.FailUnreadable("a block's text is none");
  }
  block.text = AnthropicText(block.members, name);
  Say(name, block.text);
}

void AnthropicBlockStream::BeginCall(Block& block, std::string_view seed) {
  v1::ToolCall call;
  block.call = calls_++;
  const auto place = static_cast<std::uint64_t>(calls_);
  if (!ReadAnthropicCall(block.members, seed, place, call)) {
    return answer_.FailUnreadable("a tool call has no name");
  }
  v1::Delta delta;
  v1::ToolCallDelta& piece = *delta.add_tool_calls();
  piece.set_index(block.call);
  piece.set_id(call.id());
  piece.set_type(call.type());
  piece.mutable_function()->set_name(call.function().name());
  if (call.has_extra()) *piece.mutable_extra() = std::move(*call.mutable_extra());
  answer_.Add(std::move(delta));
}

AnthropicBlockStream::Block* AnthropicBlockStream::Find(Index index, std::string_view type) {
  const auto found = open_.find(index.value_or(latest_));
  if (found != open_.end()) return &found->second;
  const auto latest = open_.find(latest_);
  const bool fits =
      latest != open_.end() && !type.empty() && AnthropicText(latest->second.members, "type") == type;
  return fits ? &latest->second : nullptr;
}

AnthropicBlockStream::Block& AnthropicBlockStream::FindText(Index index, std::string_view type) {
  if (Block* block = Find(index, type)) return *block;
  latest_ = index ? *index : latest_ + 1;
  Block& begun = open_[latest_];
  Set("type", type, begun.members);
  return begun;
}

void AnthropicBlockStream::Append(Index index, const json::value& piece) {
  const json::object* members = piece.if_object();
  if (members == nullptr) return answer_.FailUnreadable("a piece of a block is no object");
  const std::string_view type = AnthropicText(*members, "type");
  if (type == "text_delta") {
    AppendText(*members, kText, FindText(index, kText));
  } else if (type == "thinking_delta") {
    AppendText(*members, kThinking, FindText(index, kThinking));
  } else if (type == "input_json_delta") {
    AppendInput(*members, Find(index, kCall));
  } else if (Block* block = Find(index, BlockOf(type))) {
    AppendOther(type, *members, *block);
  }
}

void AnthropicBlockStream::AppendText(const json::object& piece, std::string_view name, Block& block) {
  const json::value* value = piece.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return answer_.FailUnreadable("a piece of text is none");
  const std::string_view text = View(value->get_string());
  const std::string_view type = AnthropicText(block.members, "type");
  if (type == name) {
    block.text += text;
  } else if (type != kText && type != kThinking && type != kCall) {
    // Not the answer's own text: a block that is kept.
    return Grow(name, *value, block.members);
  }
  Say(name, text);
}

void AnthropicBlockStream::AppendInput(const json::object& piece, Block* block) {
  const json::value* input = piece.if_contains("partial_json");
  if (block == nullptr) return answer_.FailUnreadable("there are arguments without a call");
  if (input == nullptr || !input->is_string()) {
    return answer_.FailUnreadable("a piece of a call's arguments is no text");
  }
  const std::string_view text = View(input->get_string());
  if (AnthropicText(block->members, "type") != kCall) {
    block->input += text;
  } else if (!text.empty()) {
    SayArguments(*block, text);
  }
}

void AnthropicBlockStream::AppendOther(std::string_view type, const json::object& piece, Block& block) {
  for (const auto& member : piece) {
    const std::string_view name = View(member.key());
    if (name == "type") continue;
    if (type == "citations_delta" && name == "citation") {
      Grow("citations", json::array({member.value()}), block.members);
    } else if (type == "signature_delta" && member.value().is_string()) {
      // Always whole.
      Set(name, View(member.value().get_string()), block.members);
    } else {
      Grow(name, member.value(), block.members);
    }
  }
}

void AnthropicBlockStream::End(Index index) {
  const auto found = open_.find(index.value_or(latest_));
  if (found == open_.end()) return;
  EndBlock(found->second);
  open_.erase(found);
}

void AnthropicBlockStream::EndBlock(Block& block) {
  const std::string_view type = AnthropicText(block.members, "type");
  if (type == kCall) {
    // What it began with stands only where no pieces came.
    if (!block.argued) SayArguments(block, ArgumentsText(block.members.if_contains("input")));
    return;
  }
  if (type == kText || type == kThinking) Set(std::string(type), block.text, block.members);
  if (!block.input.empty()) SetInput(block.input, block.members);
  v1::Message kept;
  KeepAnthropicBlock(block.members, kept);
  if (!kept.has_extra()) return;
  v1::Delta delta;
  *delta.mutable_extra() = std::move(*kept.mutable_extra());
  answer_.Add(std::move(delta));
}

void AnthropicBlockStream::EndAll() {
  for (auto& [index, block] : open_) EndBlock(block);
  open_.clear();
  if (!has_text_ || spoke_ || calls_ > 0) return;
  v1::Delta empty;
  empty.set_content("");
  answer_.Add(std::move(empty));
}

void AnthropicBlockStream::Say(std::string_view name, std::string_view text) {
  has_text_ |= name == kText;
  if (text.empty()) return;
  spoke_ |= name == kText;
  v1::Delta delta;
  if (name == kText) {
    delta.set_content(std::string(text));
  } else {
    delta.set_reasoning_content(std::string(text));
  }
  answer_.Add(std::move(delta));
}

void AnthropicBlockStream::SayArguments(Block& block, std::string_view text) {
  block.argued = true;
  v1::Delta delta;
  v1::ToolCallDelta& piece = *delta.add_tool_calls();
  piece.set_index(block.call);
  piece.mutable_function()->set_arguments(std::string(text));
  answer_.Add(std::move(delta));
}

}  // namespace spillway::providers
