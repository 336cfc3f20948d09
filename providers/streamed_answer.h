// A streamed answer as it grows, in the terms of every API: what the decoders of the seven APIs write into.
//
// A decoder reads its provider's events and says here what they mean. This class gives out the
// deltas, keeps what belongs to the end, and knows when the answer is whole:
//
//   - finished: each of the choices asked for has ended (EndChoice). One that goes on all the same (servers
//     give finish reasons with every piece, or before the model has thought) has not, until the end mark
//     comes or the bytes end.
//   - complete: finished and the usage is there (where the API says it comes last: IsComplete), or the end
//     mark came (End), or the bytes ended after it was finished.
//   - truncated: the bytes or the marks ended before every choice that began had ended.
//
// Pure, not thread-safe.
#ifndef SPILLWAY_PROVIDERS_STREAMED_ANSWER_H_
#define SPILLWAY_PROVIDERS_STREAMED_ANSWER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/codec.h"
#include "providers/finish_reason.h"
#include "providers/json_document.h"
#include "providers/stream_decoder.h"
#include "router/failure.h"
#include "spillway/v1/chat.pb.h"
#include "transport/http_message.h"

namespace spillway::providers {

class StreamedAnswer {
 public:
  // `head` is the response without its body: what failures are told with.
  StreamedAnswer(HttpResponse head, const StreamContext& context);

  // Where Add puts what it gives out; set before each Feed and Finish of the decoder.
  void GiveOutTo(std::vector<v1::Delta>& deltas) { deltas_ = &deltas; }

  // A piece of a choice. The first of each choice gets the role; what says nothing is left out, and a piece
  // that says nothing at all is dropped.
  void Add(v1::Delta delta);

  // The choice ended with the provider's own word (empty: it gave none, and ended all the same). A word said
  // again, or another one, replaces the one before, unless it is empty. One that means a breakdown fails.
  void EndChoice(int choice, std::string_view native);

  // The choice's finish event: for what goes into Choice.extra.
  v1::Finish& finish(int choice);
  // The answer's id, created, model, service_tier, system_fingerprint and response_extra.
  v1::Finish& answer() { return answer_; }
  AnswerIdentity identity() const { return {answer_.id(), answer_.created(), answer_.model()}; }
  // Cumulative at every provider: the latest replaces those before.
  v1::Usage& usage();
  bool has_usage() const { return usage_.has_value(); }

  // The end mark: nothing more will be said. Complete or, where a choice has not ended, truncated.
  void End();
  // As End, when the answer is finished and has its usage; else nothing.
  void EndIfWhole();
  // Whether each of the choices asked for has ended.
  bool finished() const;

  void Fail(router::FailedAttempt failed);
  // `malformed`: an event that cannot be read.
  void FailUnreadable(std::string_view problem);
  // The same for one that is not JSON. Once the bytes have ended it may be one that was cut off: `truncated`,
  // or nothing at all where the choices had ended before.
  void FailUnreadable(const JsonDocument& event);
  // No more bytes come; what was read of them may still be told.
  void BytesEnded() { bytes_ended_ = true; }

  // Whether a token came.
  bool spoke() const { return spoke_; }
  bool open() const { return state_ == StreamState::kOpen; }
  StreamState state() const {
    return state_ == StreamState::kOpen && finished() ? StreamState::kFinished : state_;
  }
  const HttpResponse& head() const { return head_; }
  const StreamContext& context() const { return context_; }

  StreamEnding TakeEnding();
  router::FailedAttempt TakeFailure();

 private:
  struct Choice {
    // Whether a delta of it was given out.
    bool began = false;
    bool said_something = false;
    // Whether it had a content, be it an empty one.
    bool has_content = false;
    // A token came after its end.
    bool went_on = false;
    CallsMade calls;
    std::optional<std::string> native;
    v1::Finish finish;
  };

  // The one of that index, new or not; one too many fails.
  Choice& ChoiceOf(int index);
  // All that began have ended, and at least `count`.
  bool Ended(int count) const;
  void GiveOut(int index, Choice& choice, v1::Delta delta);
  void Complete();

  const HttpResponse head_;
  const StreamContext context_;
  bool bytes_ended_ = false;
  bool spoke_ = false;
  std::vector<v1::Delta>* deltas_ = nullptr;
  StreamState state_ = StreamState::kOpen;
  std::map<int, Choice> choices_;
  v1::Finish answer_;
  std::optional<v1::Usage> usage_;
  router::FailedAttempt failure_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_STREAMED_ANSWER_H_
