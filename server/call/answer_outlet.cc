#include "server/call/answer_outlet.h"

#include <utility>

#include "server/trace.h"

namespace spillway::server {

void AnswerOutlet::Begin(const ServingAnswer& answer, router::Instant now) {
  if (given_out_) {
    Reset(answer.report);
  } else if (input_.sink != nullptr) {
    commit_ = {now, answer.report.attempts.size() - 1};
    input_.sink->OnServing(answer);
  }
  given_out_ = answer.report.attempts.size() - 1;
}

void AnswerOutlet::Reset(const router::CallReport& report) {
  if (input_.sink == nullptr) return assembler_.Clear();
  ++resets_;
  v1::Reset& reset = *events_.emplace_back().mutable_reset();
  FillTarget(report.table->leaf(report.attempts.back().leaf).name, input_.request->model(),
             *reset.mutable_target());
  reset.set_failure(ToProto(report.attempts[*given_out_].failed->failure));
}

bool AnswerOutlet::GiveOut(std::vector<v1::Delta>& deltas) {
  if (input_.sink == nullptr) {
    for (const v1::Delta& delta : deltas) assembler_.Add(delta);
    return true;
  }
  for (v1::Delta& delta : deltas) *events_.emplace_back().mutable_delta() = std::move(delta);
  const bool more = input_.sink->OnEvents(events_);
  events_.clear();
  return more;
}

void AnswerOutlet::End(providers::StreamEnding ending) {
  if (input_.sink == nullptr) {
    *input_.response = assembler_.Take(std::move(ending));
    return;
  }
  // A reset that no delta followed.
  if (!events_.empty()) input_.sink->OnEvents(events_);
  events_.clear();
  ending_ = std::move(ending);
}

void AnswerOutlet::TellOf(CallResult& result) {
  result.resets = resets_;
  result.commit = commit_;
  result.usage = std::move(ending_.usage);
  result.finishes = std::move(ending_.finishes);
}

}  // namespace spillway::server
