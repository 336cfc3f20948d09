// The conversation as Anthropic's API takes it: the system's words, and turns of content blocks.
//
// One for one request; holds references. Reports the first thing it cannot express through the blocks'
// `error`, with its path from `messages` on.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_MESSAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_MESSAGE_WRITER_H_

#include <string>
#include <string_view>
#include <vector>

#include "providers/anthropic_part_writer.h"
#include "providers/tool_call_ids.h"
#include "providers/turns.h"

namespace spillway::providers {

class AnthropicMessageWriter {
 public:
  explicit AnthropicMessageWriter(AnthropicBlocks& out) : out_(out) {}

  // The members `system`, where there is anything to say, and `messages`. What the system said is sent as
  // the user's words when nobody else said anything. `instruction` is added to the system's words; it may
  // be empty.
  [[nodiscard]] bool Write(const Conversation& conversation, std::string_view instruction);

 private:
  // A message while its blocks are written.
  struct Position {
    const v1::Message& message;
    // Blocks that are still to come. The last one bears the message's cache mark.
    int remaining;
    // Whether the last one is a text that the model is to continue.
    bool to_be_continued;
  };

  bool WriteSystem(const std::vector<PlacedMessage>& system, std::string_view instruction);
  bool WriteTurn(const Turn& turn, bool last);
  bool WriteMessage(const v1::Message& message, bool to_be_continued);
  void WriteThinking(const Turn& turn);
  bool WriteParts(Position& at);
  bool WriteTextBlock(std::string_view text, const google::protobuf::Struct* own, Position& at);
  bool WriteCalls(Position& at);
  bool WriteCall(const v1::ToolCall& call, const google::protobuf::Struct* outer);
  bool WriteResult(const v1::Message& message);
  bool WriteResultContent(const v1::Message& message);

  AnthropicBlocks& out_;
  // As the API wants them: ^[a-zA-Z0-9_-]+$, none twice.
  ToolCallIds ids_{ToolCallIdForm{}};
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_MESSAGE_WRITER_H_
