// One call under way: the loop between its plan and its attempts.
//
// Lives until it is done, kept by the exchange or timer it waits for and by whoever may cancel it.
#ifndef SPILLWAY_SERVER_CALL_CHAT_RUN_H_
#define SPILLWAY_SERVER_CALL_CHAT_RUN_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "providers/codec.h"
#include "router/plan.h"
#include "server/call/answer_outlet.h"
#include "server/call/stream_attempt.h"
#include "server/call_runner.h"
#include "transport/http_client.h"

namespace spillway::server {

class ChatRun final : public RunningCall,
                      private StreamAttempt::Listener,
                      public std::enable_shared_from_this<ChatRun> {
 public:
  ChatRun(boost::asio::io_context& io, SharedRouter& router, std::shared_ptr<Runtime> runtime,
          router::Plan plan, const CallInput& input, CallRunner::Handler handler);

  void Start();
  bool done() const { return !handler_; }

  void Cancel(router::Instant now) override;
  void ReadOn(router::Instant now) override;

 private:
  LeafRuntime& leaf() { return runtime_->leaf(try_.leaf); }

  // Adds the provider's id of the exchange to the end of an attempt, and takes out what logs and callers must
  // not be told.
  void Complete(router::Event& event);
  void Drive(router::Event event, router::Instant now);
  void Send(providers::EncodedRequest request);
  void SendForStream(providers::EncodedRequest request);
  // Gives the attempt a span of its own, which the provider is told.
  void AddTrace(std::size_t attempt, HttpRequest& request);
  // The exchange is over.
  void AddUpstream(router::Instant end);
  void OnExchange(transport::ExchangeResult result);
  router::Event EventOf(transport::ExchangeResult result);
  void SleepUntil(router::Instant until);
  void Finish(router::Instant now);

  // Of the attempt under way, if it is streamed.
  void OnHeaders(const HttpHeaders& headers) override;
  void OnFirstToken(router::Instant now) override;
  void OnAnswer(providers::AnswerIdentity identity, router::Instant now) override;
  bool OnDeltas(std::vector<v1::Delta>& deltas) override;
  void OnWhole(providers::StreamEnding ending, router::Instant now) override;
  void OnFailed(router::FailedAttempt failed, router::Instant now) override;

  boost::asio::io_context& io_;
  SharedRouter& router_;
  // Until the call is done. A cancelled exchange's handler keeps this object for a moment longer, and
  // is itself kept by the runtime's client.
  std::shared_ptr<Runtime> runtime_;
  router::Plan plan_;
  const CallInput input_;
  CallRunner::Handler handler_;

  router::Try try_;
  bool attempt_under_way_ = false;
  // At a whole answer: 0 when none is awaited.
  transport::ExchangeId exchange_ = 0;
  // At a streamed one: null when none is awaited.
  std::shared_ptr<StreamAttempt> stream_;
  // Made for the first streamed attempt.
  std::unique_ptr<AnswerOutlet> outlet_;
  router::Instant exchange_start_;
  router::Duration upstream_{};
  router::Duration serving_upstream_{};
  std::vector<DroppedFields> dropped_;
  // Of the attempt under way; empty until the provider has answered.
  std::string provider_request_id_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_CHAT_RUN_H_
