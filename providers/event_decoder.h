// What every StreamDecoder does around its API's events. Pure.
//
// An API's decoder derives from SseDecoder (or from EventDecoder where it frames its events otherwise) and
// only says what one event means; the first failure ends the stream.
#ifndef SPILLWAY_PROVIDERS_EVENT_DECODER_H_
#define SPILLWAY_PROVIDERS_EVENT_DECODER_H_

#include <boost/json.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/codec.h"
#include "providers/sse_reader.h"
#include "providers/stream_decoder.h"
#include "providers/streamed_answer.h"

namespace spillway::providers {

class EventDecoder : public StreamDecoder {
 public:
  EventDecoder(HttpResponse head, const StreamContext& context) : answer_(std::move(head), context) {}

  StreamState Feed(std::string_view bytes, std::vector<v1::Delta>& deltas) final;
  StreamState Finish(std::vector<v1::Delta>& deltas) final;
  AnswerIdentity identity() const final { return answer_.identity(); }
  StreamEnding TakeEnding() final { return answer_.TakeEnding(); }
  router::FailedAttempt TakeFailure() final { return answer_.TakeFailure(); }

 protected:
  // Reads `bytes` into answer(), until they end or the answer is no longer open.
  virtual void Read(std::string_view bytes) = 0;
  // The bytes have ended: what is left unread. answer().End() follows by itself.
  virtual void ReadEnd() = 0;

  StreamedAnswer& answer() { return answer_; }

  // Fails with the error that `event` reports by a member `error` (or, in a list, by that of its one
  // element). False when it reports none.
  bool FailIfError(const boost::json::value& event);

 private:
  StreamedAnswer answer_;
};

class SseDecoder : public EventDecoder {
 public:
  using EventDecoder::EventDecoder;

 protected:
  // One event with data. Not called for `data: [DONE]`, which is the end of the answer wherever it comes, nor
  // for `event: error`, nor for stray text, which is an error of the provider's or unreadable.
  virtual void OnEvent(const SseEvent& event) = 0;

 private:
  void Read(std::string_view bytes) final;
  void ReadEnd() final;
  bool Take(const SseEvent& event);

  SseReader reader_;
};

// Bytes that no event stream begins with: a JSON value, or markup.
inline constexpr std::string_view kWholeBegins = "{[<";
// Longer than any answer.
inline constexpr std::size_t kMaxWholeAnswer = 64 * 1024 * 1024;

// `events`, unless the response turns out to be no stream: an error status, or a body whose first byte but
// for white space is one of `whole_begins`. Those are collected and read by `codec`'s Decode, and a whole
// answer is given out as one delta a choice. `codec` outlives the result.
std::unique_ptr<StreamDecoder> StreamOrWhole(const Codec& codec, const HttpResponse& head,
                                             const StreamContext& context,
                                             std::unique_ptr<StreamDecoder> events,
                                             std::string_view whole_begins = kWholeBegins);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_EVENT_DECODER_H_
