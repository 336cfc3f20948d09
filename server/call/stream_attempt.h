// One attempt whose answer is streamed: bytes in, deltas out, until it is whole or has failed.
//
//   waiting ──first token──> speaking ──every choice has ended──> lingering ──> over
//      └───────────────────────┴─── failed, abandoned, or whole ───────────────┘
//
// While it waits, what carries no token is held back, so that the call can go elsewhere as if nothing had
// been said. When it lingers, only usage and end marks are missing: it does so for a second at most, and then
// the answer is whole without them, as it is when the connection breaks. The text of an error is waited for
// in the same way, a little longer: how the attempt has failed the status tells without it.
//
// What is kept in memory, before the first token or until an answer is whole, has the bound of a whole
// answer.
//
// Everything happens on the I/O thread. The client keeps the attempt until the exchange is over; the attempt
// keeps its listener until then. The codec and the client outlive it.
#ifndef SPILLWAY_SERVER_CALL_STREAM_ATTEMPT_H_
#define SPILLWAY_SERVER_CALL_STREAM_ATTEMPT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "providers/codec.h"
#include "router/stream_watch.h"
#include "transport/http_client.h"

namespace spillway::server {

class StreamAttempt final : public transport::StreamHandler,
                            public std::enable_shared_from_this<StreamAttempt> {
 public:
  // Who hears of it. Never called from inside Start, Abandon or ReadOn; may abandon it.
  class Listener {
   public:
    // The provider answers, whatever it says.
    virtual void OnHeaders(const HttpHeaders& headers) = 0;
    // The model has begun to answer.
    virtual void OnFirstToken(router::Instant now) = 0;
    // Something of the answer is about to be given out: the first token, or the end of an answer without any.
    // Once, before the deltas.
    virtual void OnAnswer(providers::AnswerIdentity identity, router::Instant now) = 0;
    // May move from them. False: no more until ReadOn, but for what has been read already.
    virtual bool OnDeltas(std::vector<v1::Delta>& deltas) = 0;
    // The end: one of these, once, last.
    virtual void OnWhole(providers::StreamEnding ending, router::Instant now) = 0;
    virtual void OnFailed(router::FailedAttempt failed, router::Instant now) = 0;

   protected:
    ~Listener() = default;
  };

  // What becomes of the deltas.
  enum class Use : std::uint8_t { kPassedOn, kGathered };

  // Sends `request`, for an attempt that the plan began at `start`.
  static std::shared_ptr<StreamAttempt> Start(const providers::Codec& codec, transport::HttpClient& client,
                                              providers::EncodedRequest request, const router::Try& attempt,
                                              router::Instant start, Use use,
                                              std::shared_ptr<Listener> listener);

  StreamAttempt(const providers::Codec& codec, transport::HttpClient& client, int choices,
                const router::Try& attempt, router::Instant start, Use use,
                std::shared_ptr<Listener> listener);

  // Closes the provider's connection; the listener hears nothing more.
  void Abandon();
  // The listener takes deltas again.
  void ReadOn(router::Instant now);

 private:
  void OnHead(HttpResponse head) override;
  void OnBody(std::string_view bytes) override;
  std::optional<router::Instant> OnDeadline(router::Instant now) override;
  void OnEnd(std::optional<transport::Error> error, const transport::ExchangeTiming& timing) override;

  bool IsError() const { return http_status_ < 200 || http_status_ > 299; }
  // False: that would be too much.
  bool Hold(std::size_t bytes);
  // What the bytes so far mean.
  void Proceed(providers::StreamState state, router::Instant now);
  // Of the deltas among them.
  void TakeNotice(router::Instant now);
  void GiveOut();
  void Pause();
  void Linger(router::Instant now);
  void BeWhole(router::Instant now);
  void Fail(router::FailedAttempt failed, router::Instant now);
  router::FailedAttempt Lost(const transport::Error& error) const;

  router::Instant Deadline() const;
  // Sees to it that the deadline is noticed in time.
  void Arm();

  const providers::Codec& codec_;
  transport::HttpClient& client_;
  const int choices_;
  const Use use_;
  router::StreamWatch watch_;
  // Null once the attempt is over.
  std::shared_ptr<Listener> listener_;
  // 0 once the exchange is over.
  transport::ExchangeId exchange_ = 0;
  // What the client will notice; the true one may be later.
  router::Instant armed_;
  int http_status_ = 0;
  std::unique_ptr<providers::StreamDecoder> decoder_;
  // Bytes of the body whose deltas are, or were, kept.
  std::size_t held_ = 0;
  std::vector<v1::Delta> deltas_;
  // So many of them have been looked at.
  std::size_t looked_at_ = 0;
  bool speaking_ = false;
  bool paused_ = false;
  // Set: it lingers until then at most, and what has come by then is all.
  std::optional<router::Instant> lingers_until_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_STREAM_ATTEMPT_H_
