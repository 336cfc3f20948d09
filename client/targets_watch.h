// The targets of a running server as they change: message after message, until either side ends it.
//
// One thread, but for Cancel. Next and Finish block. Owns the call: destroyed before its end, it is
// cancelled.
#ifndef SPILLWAY_CLIENT_TARGETS_WATCH_H_
#define SPILLWAY_CLIENT_TARGETS_WATCH_H_

#include <memory>

#include "client/options.h"
#include "client/result.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

class TargetsWatch {
 public:
  // Begins the call. Without a timeout in `call` it has none.
  TargetsWatch(std::shared_ptr<grpc::Channel> channel, v1::AdminService::Stub& stub,
               const v1::WatchTargetsRequest& request, const ClientOptions& options, CallOptions call);
  TargetsWatch(TargetsWatch&&) noexcept = default;
  TargetsWatch& operator=(TargetsWatch&&) = delete;
  ~TargetsWatch();

  // All targets, at once and then at each change. False: there is no more, Finish says why.
  bool Next(v1::WatchTargetsResponse& targets);

  // Ends the call; Next returns false soon. Any thread, while the watch lives.
  void Cancel();

  // Why it ended; cancels it if Next has not returned false. Never ok(): a server does not end it in order.
  Outcome Finish();

 private:
  std::shared_ptr<grpc::Channel> channel_;
  // Null: the call could not be begun, or this was moved from.
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchTargetsResponse>> reader_;
  Outcome outcome_;
  bool at_end_ = false;
  bool finished_ = false;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_TARGETS_WATCH_H_
