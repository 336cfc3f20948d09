// Where streamed attempts' answers go: to the caller's sink as events, or into one whole answer.
//
// What an attempt gave out that then failed is void: the sink is told so (a reset) before the next attempt's
// first delta, and a whole answer begins anew. Used on the I/O thread.
#ifndef SPILLWAY_SERVER_CALL_ANSWER_OUTLET_H_
#define SPILLWAY_SERVER_CALL_ANSWER_OUTLET_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "providers/answer_assembler.h"
#include "server/call_runner.h"

namespace spillway::server {

class AnswerOutlet {
 public:
  // What `input` points to outlives the outlet.
  explicit AnswerOutlet(const CallInput& input) : input_(input) {}

  // An attempt begins to answer.
  void Begin(const ServingAnswer& answer, router::Instant now);
  // As AnswerSink::OnEvents.
  bool GiveOut(std::vector<v1::Delta>& deltas);
  // The answer is whole; nothing follows.
  void End(providers::StreamEnding ending);

  // What the call's result says of a streamed answer.
  void TellOf(CallResult& result);

 private:
  void Reset(const router::CallReport& report);

  const CallInput& input_;
  // The place in the report of the attempt whose answer has been given out so far.
  std::optional<std::size_t> given_out_;
  std::optional<Commit> commit_;
  int resets_ = 0;
  // Of a streamed answer that is whole.
  providers::StreamEnding ending_;
  std::vector<v1::ChatEvent> events_;
  // Of a whole answer.
  providers::AnswerAssembler assembler_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_ANSWER_OUTLET_H_
