// A streamed answer for people, event by event: all that Add and End return, one after the other, is what
// RenderAnswer makes of the whole answer.
//
// The first choice's text comes as it is said, its first tool call too; what would have to stand below
// them (further calls, further choices) is kept until then. A reset voids what was printed, and a
// broken answer is not whole: a line in brackets says so where the reader is.
// Pure, not thread-safe; one answer each.
#ifndef SPILLWAY_CLIENT_COMMAND_STREAM_TEXT_H_
#define SPILLWAY_CLIENT_COMMAND_STREAM_TEXT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spillway/v1/chat.pb.h"

namespace spillway::client {

// One choice.
class ChoiceText {
 public:
  std::string Add(const v1::Delta& delta);
  // What was kept.
  std::string End();

 private:
  struct Call {
    std::string name;
    std::string input;
  };

  std::string Say(const std::string& text);
  std::string AddCall(const v1::ToolCallDelta& piece);

  bool said_ = false;
  bool has_content_ = false;
  // The tool call that is being printed.
  std::optional<int> open_;
  std::map<int, Call> waiting_;
  // Text that came after a call.
  std::string late_;
};

class StreamText {
 public:
  // `for_terminal` leaves out what would steer a terminal.
  explicit StreamText(bool for_terminal) : for_terminal_(for_terminal) {}

  std::string Add(const v1::ChatEvent& event);
  // Not `whole`: the answer broke off.
  std::string End(bool whole);

 private:
  std::string AddDelta(const v1::Delta& delta);
  // As it is to be printed.
  std::string Print(const std::string& text);
  // A line of our own.
  std::string Mark(const std::string& text);

  const bool for_terminal_;
  // The choice that is being printed; unset: none has begun.
  std::optional<int> live_;
  ChoiceText text_;
  std::map<int, std::vector<v1::Delta>> others_;
  bool printed_ = false;
  bool at_line_start_ = true;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_STREAM_TEXT_H_
