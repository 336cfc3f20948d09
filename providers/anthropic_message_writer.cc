#include "providers/anthropic_message_writer.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

constexpr std::array<std::string_view, 3> kCallFields = {"id", "name", "input"};
constexpr std::array<std::string_view, 2> kResultFields = {"tool_use_id", "content"};

bool IsBlank(std::string_view text) {
  return absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size())).empty();
}

std::string_view WithoutTrailingSpace(std::string_view text) {
  const auto stripped = absl::StripTrailingAsciiWhitespace(absl::string_view(text.data(), text.size()));
  return {stripped.data(), stripped.size()};
}

// The text of a part that is one, blank or not; null for any other.
const std::string* TextOfPart(const v1::ContentPart& part) {
  if (part.has_text()) return &part.text();
  return part.has_refusal() ? &part.refusal() : nullptr;
}

bool MakesBlock(const v1::ContentPart& part) {
  const std::string* text = TextOfPart(part);
  return text == nullptr || !IsBlank(*text);
}

int PartsThatMakeBlocks(const v1::Message& message) {
  return static_cast<int>(std::count_if(message.parts().begin(), message.parts().end(), MakesBlock));
}

// Whether a message is one text and nothing else.
bool IsPlain(const v1::Message& message) {
  return message.has_content() && message.parts_size() == 0 && message.tool_calls_size() == 0 &&
         IsBlank(message.refusal()) && message.role() != v1::ROLE_TOOL && !HasCacheMark(message.extra()) &&
         ThinkingBlocksOf(message).empty();
}

bool HasMarks(const v1::Message& message) {
  return HasCacheMark(message.extra()) ||
         std::any_of(message.parts().begin(), message.parts().end(),
                     [](const v1::ContentPart& part) { return HasCacheMark(part.extra()); });
}

// The system's words as one text.
std::string Joined(const std::vector<PlacedMessage>& system, std::string_view instruction) {
  std::string out;
  for (const PlacedMessage& placed : system) {
    if (!out.empty()) out += "\n\n";
    out += TextOf(*placed.message);
  }
  if (!out.empty() && !instruction.empty()) out += "\n\n";
  out += instruction;
  return out;
}

}  // namespace

bool AnthropicMessageWriter::Write(const Conversation& conversation, std::string_view instruction) {
  const bool only_system = conversation.turns.empty() && !conversation.system.empty();
  if (!WriteSystem(only_system ? std::vector<PlacedMessage>() : conversation.system, instruction)) {
    return false;
  }
  if (conversation.turns.empty() && !only_system) return out_.error.Set("messages", "say nothing");
  out_.json.Key("messages");
  out_.json.BeginArray();
  for (const Turn& turn : conversation.turns) {
    if (!WriteTurn(turn, &turn == &conversation.turns.back())) return false;
  }
  if (only_system) {
    Turn turn;
    turn.messages.assign(conversation.system.begin(), conversation.system.end());
    if (!WriteTurn(turn, true)) return false;
  }
  out_.json.EndArray();
  return true;
}

bool AnthropicMessageWriter::WriteSystem(const std::vector<PlacedMessage>& system,
                                         std::string_view instruction) {
  if (system.empty() && instruction.empty()) return true;
  for (const PlacedMessage& placed : system) {
    for (int i = 0; i < placed.message->parts_size(); ++i) {
      if (TextOfPart(placed.message->parts(i)) != nullptr) continue;
      out_.error.Unsupported("", "is no text, and Anthropic's system prompt takes no other");
      out_.error.In("parts", static_cast<std::size_t>(i));
      return out_.error.In("messages", static_cast<std::size_t>(placed.index));
    }
  }
  out_.json.Key("system");
  // Only blocks can be marked for the cache.
  if (std::none_of(system.begin(), system.end(), [](auto& placed) { return HasMarks(*placed.message); })) {
    out_.json.String(Joined(system, instruction));
    return true;
  }
  out_.json.BeginArray();
  for (const PlacedMessage& placed : system) {
    if (WriteMessage(*placed.message, false)) continue;
    return out_.error.In("messages", static_cast<std::size_t>(placed.index));
  }
  if (!instruction.empty() && !WriteAnthropicText(instruction, {}, out_)) return false;
  out_.json.EndArray();
  return true;
}

bool AnthropicMessageWriter::WriteTurn(const Turn& turn, bool last) {
  out_.json.BeginObject();
  out_.json.Field("role", turn.assistant ? "assistant" : "user");
  out_.json.Key("content");
  const bool to_be_continued = last && turn.assistant;
  const v1::Message& first = *turn.messages.front().message;
  if (turn.messages.size() == 1 && IsPlain(first)) {
    const std::string_view text = first.content();
    out_.json.String(to_be_continued ? WithoutTrailingSpace(text) : text);
    out_.json.EndObject();
    return true;
  }
  out_.json.BeginArray();
  if (turn.assistant) WriteThinking(turn);
  for (const PlacedMessage& placed : turn.messages) {
    const bool ends = placed.message == turn.messages.back().message;
    if (WriteMessage(*placed.message, to_be_continued && ends)) continue;
    return out_.error.In("messages", static_cast<std::size_t>(placed.index));
  }
  out_.json.EndArray();
  out_.json.EndObject();
  return true;
}

// All of a turn's thinking, which the API wants before anything else of it.
void AnthropicMessageWriter::WriteThinking(const Turn& turn) {
  for (const PlacedMessage& placed : turn.messages) {
    for (const ThinkingBlock& block : ThinkingBlocksOf(*placed.message)) {
      out_.json.BeginObject();
      if (block.redacted.empty()) {
        out_.json.Field("type", "thinking");
        out_.json.Field("thinking", block.text);
        out_.json.Field("signature", block.signature);
      } else {
        out_.json.Field("type", "redacted_thinking");
        out_.json.Field("data", block.redacted);
      }
      out_.json.EndObject();
    }
  }
}

bool AnthropicMessageWriter::WriteMessage(const v1::Message& message, bool to_be_continued) {
  if (message.role() == v1::ROLE_TOOL) return WriteResult(message);
  const int texts = (IsBlank(message.content()) ? 0 : 1) + (IsBlank(message.refusal()) ? 0 : 1);
  Position at{message, texts + PartsThatMakeBlocks(message) + message.tool_calls_size(), to_be_continued};
  return WriteTextBlock(message.content(), nullptr, at) && WriteParts(at) &&
         WriteTextBlock(message.refusal(), nullptr, at) && WriteCalls(at);
}

bool AnthropicMessageWriter::WriteTextBlock(std::string_view text, const Struct* own, Position& at) {
  if (IsBlank(text)) return true;
  const bool last = --at.remaining == 0;
  if (last && at.to_be_continued) text = WithoutTrailingSpace(text);
  return WriteAnthropicText(text, {.own = own, .outer = last ? &at.message.extra() : nullptr}, out_);
}

bool AnthropicMessageWriter::WriteParts(Position& at) {
  for (int i = 0; i < at.message.parts_size(); ++i) {
    const v1::ContentPart& part = at.message.parts(i);
    bool written = true;
    if (const std::string* text = TextOfPart(part)) {
      written = WriteTextBlock(*text, &part.extra(), at);
    } else if (at.message.role() == v1::ROLE_ASSISTANT) {
      written = out_.error.Unsupported("", "is no text, and Anthropic's assistant says no other");
    } else {
      written = WriteAnthropicMedia(part, --at.remaining == 0 ? &at.message.extra() : nullptr, out_);
    }
    if (!written) return out_.error.In("parts", static_cast<std::size_t>(i));
  }
  return true;
}

bool AnthropicMessageWriter::WriteCalls(Position& at) {
  for (int i = 0; i < at.message.tool_calls_size(); ++i) {
    const Struct* outer = --at.remaining == 0 ? &at.message.extra() : nullptr;
    if (WriteCall(at.message.tool_calls(i), outer)) continue;
    return out_.error.In("tool_calls", static_cast<std::size_t>(i));
  }
  return true;
}

bool AnthropicMessageWriter::WriteCall(const v1::ToolCall& call, const Struct* outer) {
  if (call.has_custom()) return out_.error.Unsupported("custom", "is a kind of call that Anthropic has not");
  if (!call.has_function()) return out_.error.Set("function", "is not set");
  out_.json.BeginObject();
  out_.json.Field("type", "tool_use");
  out_.json.Field("id", ids_.ForCall(call.id()));
  out_.json.Field("name", call.function().name());
  out_.json.Key("input");
  WriteArguments(call.function().arguments(), out_.json);
  return EndAnthropicBlock({.own = &call.extra(), .outer = outer, .fields = kCallFields}, out_.json,
                           out_.error);
}

bool AnthropicMessageWriter::WriteResult(const v1::Message& message) {
  out_.json.BeginObject();
  out_.json.Field("type", "tool_result");
  out_.json.Field("tool_use_id", ids_.ForResult(message.tool_call_id()));
  if (!WriteResultContent(message)) return false;
  return EndAnthropicBlock({.own = &message.extra(), .fields = kResultFields}, out_.json, out_.error);
}

bool AnthropicMessageWriter::WriteResultContent(const v1::Message& message) {
  if (!message.content().empty()) out_.json.Field("content", message.content());
  if (PartsThatMakeBlocks(message) == 0) return true;
  out_.json.Key("content");
  out_.json.BeginArray();
  for (int i = 0; i < message.parts_size(); ++i) {
    const v1::ContentPart& part = message.parts(i);
    if (!MakesBlock(part)) continue;
    const std::string* text = TextOfPart(part);
    const bool written = text != nullptr ? WriteAnthropicText(*text, {.own = &part.extra()}, out_)
                                         : WriteAnthropicMedia(part, nullptr, out_);
    if (!written) return out_.error.In("parts", static_cast<std::size_t>(i));
  }
  out_.json.EndArray();
  return true;
}

}  // namespace spillway::providers
