#include "providers/bedrock_message_writer.h"

#include <array>

#include "providers/api_name.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"
#include "providers/tool_call_ids.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 2> kToolResultFields = {"toolUseId", "content"};

// [a-zA-Z0-9_.:-]{1,64}. Claude does not take all of that.
ToolCallIdForm IdForm(const BedrockModel& model) {
  return {.min_length = 1, .max_length = 64, .punctuation = model.wants_plain_call_ids ? "_-" : "_.:-"};
}

void BeginTurn(bool assistant, JsonWriter& json) {
  json.BeginObject();
  json.Field("role", assistant ? "assistant" : "user");
  json.Key("content");
}

class TurnWriter {
 public:
  explicit TurnWriter(BedrockWriting& writing) : writing_(writing), ids_(IdForm(writing.model)) {}

  bool Write(const Turn& turn) {
    BeginTurn(turn.assistant, writing_.json);
    BedrockBlocks blocks(writing_, turn.assistant ? BedrockSpeaker::kAssistant : BedrockSpeaker::kUser);
    for (const PlacedMessage& placed : turn.messages) {
      const v1::Message& message = *placed.message;
      writing_.dropped.AddIf(!message.name().empty() && message.role() != v1::ROLE_TOOL, "messages.name");
      if (!WriteMessage(message, blocks)) return In(placed);
      blocks.CachePoint(message.extra());
    }
    blocks.Close();
    writing_.json.EndObject();
    return true;
  }

 private:
  bool In(const PlacedMessage& placed) {
    return writing_.error.In("messages", static_cast<std::size_t>(placed.index));
  }

  bool WriteMessage(const v1::Message& message, BedrockBlocks& blocks) {
    switch (message.role()) {
      case v1::ROLE_TOOL:
        return WriteToolResult(message, blocks);
      case v1::ROLE_ASSISTANT:
        return WriteAssistant(message, blocks);
      default:
        return blocks.Content(message);
    }
  }

  bool WriteAssistant(const v1::Message& message, BedrockBlocks& blocks) {
    if (writing_.model.takes_signed_reasoning) {
      for (const ThinkingBlock& block : ThinkingBlocksOf(message)) blocks.SignedReasoning(block);
    }
    if (!blocks.Content(message)) return false;
    blocks.Text(message.refusal());
    for (int i = 0; i < message.tool_calls_size(); ++i) {
      if (!WriteCall(message.tool_calls(i), blocks)) {
        return writing_.error.In("tool_calls", static_cast<std::size_t>(i));
      }
    }
    return true;
  }

  bool WriteCall(const v1::ToolCall& call, BedrockBlocks& blocks) {
    if (call.has_custom() || call.type() == "custom") {
      return writing_.error.Unsupported("custom", "is a kind of call that Bedrock does not know");
    }
    if (call.function().name().empty()) return writing_.error.Set("function.name", "is not set");
    JsonWriter& json = blocks.Other().json;
    json.BeginObject();
    json.Key("toolUse");
    json.BeginObject();
    json.Field("toolUseId", ids_.ForCall(call.id()));
    json.Field("name", call.function().name());
    json.Key("input");
    WriteArguments(call.function().arguments(), json);
    json.EndObject();
    json.EndObject();
    blocks.CachePoint(call.extra());
    return true;
  }

  bool WriteToolResult(const v1::Message& message, BedrockBlocks& blocks) {
    JsonWriter& json = blocks.Other().json;
    json.BeginObject();
    json.Key("toolResult");
    json.BeginObject();
    json.Field("toolUseId", ids_.ForResult(message.tool_call_id()));
    json.Key("content");
    BedrockBlocks content(writing_, BedrockSpeaker::kTool);
    if (!content.Content(message)) return false;
    content.Close();
    if (const auto* more = ScopedExtra(message.extra(), v1::API_BEDROCK)) {
      if (!WriteMembers(*more, kToolResultFields, json, writing_.error)) {
        return writing_.error.In("extra.bedrock");
      }
    }
    json.EndObject();
    json.EndObject();
    for (const v1::ContentPart& part : message.parts()) blocks.CachePoint(part.extra());
    return true;
  }

  BedrockWriting& writing_;
  ToolCallIds ids_;
};

bool WriteSystemBlocks(const std::vector<PlacedMessage>& system, BedrockSpeaker speaker,
                       std::string_view instruction, BedrockWriting& writing) {
  BedrockBlocks blocks(writing, speaker);
  for (const PlacedMessage& placed : system) {
    writing.dropped.AddIf(!placed.message->name().empty(), "messages.name");
    if (!blocks.Content(*placed.message)) {
      return writing.error.In("messages", static_cast<std::size_t>(placed.index));
    }
    blocks.CachePoint(placed.message->extra());
  }
  blocks.Text(instruction);
  blocks.Close();
  return true;
}

}  // namespace

bool WriteBedrockTurns(const std::vector<Turn>& turns, BedrockWriting& writing) {
  if (!turns.empty() && turns.front().assistant) {
    writing.error.Unsupported("", "comes before the user has spoken, which Bedrock does not take");
    return writing.error.In("messages", static_cast<std::size_t>(turns.front().messages.front().index));
  }
  TurnWriter writer(writing);
  writing.json.BeginArray();
  for (const Turn& turn : turns) {
    if (!writer.Write(turn)) return false;
  }
  writing.json.EndArray();
  return true;
}

bool WriteBedrockSystem(const std::vector<PlacedMessage>& system, std::string_view instruction,
                        BedrockWriting& writing) {
  return WriteSystemBlocks(system, BedrockSpeaker::kSystem, instruction, writing);
}

bool WriteBedrockSystemAsTurn(const std::vector<PlacedMessage>& system, BedrockWriting& writing) {
  writing.json.BeginArray();
  BeginTurn(false, writing.json);
  if (!WriteSystemBlocks(system, BedrockSpeaker::kSystem, {}, writing)) return false;
  writing.json.EndObject();
  writing.json.EndArray();
  return true;
}

}  // namespace spillway::providers
