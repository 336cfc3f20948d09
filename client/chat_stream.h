// A streamed answer as its caller reads it: event after event, then how it ended.
//
//   auto stream = client.StreamChat(request);
//   v1::ChatEvent event;
//   while (stream.Next(event)) Use(event);
//   const Outcome outcome = stream.Finish();
//   if (!outcome.ok()) what was used is not an answer: it broke off, or never began
//
// One thread, but for Cancel. Next and Finish block; the call ends at its deadline at the latest. Owns the
// call: destroyed before its end, it is cancelled. A caller that does not read holds the provider back.
#ifndef SPILLWAY_CLIENT_CHAT_STREAM_H_
#define SPILLWAY_CLIENT_CHAT_STREAM_H_

#include <memory>

#include "client/options.h"
#include "client/result.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/router.grpc.pb.h"

namespace spillway::client {

class ChatStream {
 public:
  // Begins the call. `options` and `call` as for Client's other methods.
  ChatStream(std::shared_ptr<grpc::Channel> channel, v1::RouterService::Stub& stub,
             const v1::ChatRequest& request, const ClientOptions& options, const CallOptions& call);
  ChatStream(ChatStream&&) noexcept = default;
  ChatStream& operator=(ChatStream&&) = delete;
  ~ChatStream();

  // The next event. False: there is none, Finish says why.
  bool Next(v1::ChatEvent& event);

  // Ends the call; Next returns false soon. Any thread, while the stream lives.
  void Cancel();

  // How the stream ended; cancels it if Next has not returned false. OK means that what was read since the
  // latest reset is the whole answer. INTERNAL: the server said OK and had not ended a single choice.
  Outcome Finish();

 private:
  std::shared_ptr<grpc::Channel> channel_;
  // Null: the call could not be begun, or this was moved from.
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<v1::ChatEvent>> reader_;
  Outcome outcome_;
  bool at_end_ = false;
  bool finished_ = false;
  bool any_finish_ = false;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_CHAT_STREAM_H_
