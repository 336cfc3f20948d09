// A StreamChat call below the client library: everything a caller can see of it.
#ifndef SPILLWAY_TESTS_E2E_STREAMED_CALL_H_
#define SPILLWAY_TESTS_E2E_STREAMED_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/error_details.h"
#include "spillway/v1/router.grpc.pb.h"

namespace spillway::e2e {

struct StreamedCall {
  grpc::Status status;
  std::map<std::string, std::string> initial;
  std::map<std::string, std::string> trailers;
  client::ErrorDetails details;
  std::vector<v1::ChatEvent> events;

  // Of the first choice since the latest reset.
  std::string text;
  std::vector<v1::Reset> resets;
  std::vector<v1::Finish> finishes;
  std::optional<v1::Usage> usage;

  // Of a whole answer, or of the error.
  v1::RouteTrace route() const {
    if (!finishes.empty()) return finishes.back().route();
    return details.route.value_or(v1::RouteTrace());
  }
};

// Reads to the end, which must come within 20 s.
StreamedCall CallStreamed(const std::shared_ptr<grpc::Channel>& channel, const v1::ChatRequest& request,
                          std::optional<std::chrono::milliseconds> timeout = {});

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_STREAMED_CALL_H_
