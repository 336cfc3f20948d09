// Deltas and their ending -> the ChatResponse a unary call would have got; and back. Pure.
//
// Linear in the size of the answer. Not thread-safe.
#ifndef SPILLWAY_PROVIDERS_ANSWER_ASSEMBLER_H_
#define SPILLWAY_PROVIDERS_ANSWER_ASSEMBLER_H_

#include <map>
#include <vector>

#include "providers/stream_decoder.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class AnswerAssembler {
 public:
  void Add(const v1::Delta& delta);
  // What was added so far is void.
  void Clear();
  // The whole answer, without `route`. Once.
  v1::ChatResponse Take(StreamEnding ending);

 private:
  struct Growing {
    v1::Choice choice;
    // Where each call stands in it, by its index in the deltas.
    std::map<int, int> calls;
  };

  static v1::ToolCall& CallOf(int index, Growing& growing);

  std::map<int, Growing> choices_;
};

// The choice that one delta holds whole, with `finish`'s reason. Moves from both, texts also out of an arena.
v1::Choice WholeChoice(v1::Delta& delta, v1::Finish& finish);

// A whole answer as one delta a choice and their ending.
StreamEnding TakeApart(v1::ChatResponse response, std::vector<v1::Delta>& deltas);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANSWER_ASSEMBLER_H_
