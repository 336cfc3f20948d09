#include "client/call.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "client/header_text.h"

namespace spillway::client {
namespace {

// Far enough to mean "no bound", near enough that adding it to the clock cannot overflow.
constexpr std::chrono::milliseconds kLongestTimeout = std::chrono::hours(24 * 365);

grpc::Status AddHeader(grpc::ClientContext& context, const char* option, const char* name,
                       std::string_view prefix, const std::string& value) {
  if (value.empty()) return grpc::Status::OK;
  if (!IsHeaderText(value)) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                        std::string(option).append(": ").append(kNotHeaderText));
  }
  context.AddMetadata(name, std::string(prefix) + value);
  return grpc::Status::OK;
}

void Collect(const std::multimap<grpc::string_ref, grpc::string_ref>& from, Metadata& into) {
  for (const auto& [key, value] : from) {
    std::string name(key.data(), key.size());
    if (absl::EndsWith(name, "-bin")) continue;  // Not text.
    if (!absl::StartsWith(name, "x-spillway-") && name != "x-request-id") continue;
    into.insert_or_assign(std::move(name), std::string(value.data(), value.size()));
  }
}

bool CouldBeConnecting(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED;
}

}  // namespace

grpc::Status PrepareContext(const ClientOptions& options, const CallOptions& call,
                            grpc::ClientContext& context) {
  const std::chrono::milliseconds timeout = call.timeout.value_or(options.default_timeout);
  if (timeout <= std::chrono::milliseconds::zero()) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "timeout: must be longer than zero");
  }
  context.set_deadline(std::chrono::system_clock::now() + std::min(timeout, kLongestTimeout));
  grpc::Status status = AddHeader(context, "key", "authorization", "Bearer ", options.key);
  if (status.ok()) status = AddHeader(context, "request_id", "x-request-id", "", call.request_id);
  if (status.ok()) status = AddHeader(context, "traceparent", "traceparent", "", call.traceparent);
  return status;
}

Outcome ReadOutcome(grpc::Channel& channel, const grpc::ClientContext& context, grpc::Status status) {
  Outcome outcome;
  outcome.status = std::move(status);
  Collect(context.GetServerInitialMetadata(), outcome.metadata);
  Collect(context.GetServerTrailingMetadata(), outcome.metadata);
  if (outcome.ok()) return outcome;
  outcome.details = ParseErrorDetails(outcome.status.error_details());
  // gRPC reports a refused connection and a server's refusal under one code; only the
  // channel's state tells them apart.
  if (CouldBeConnecting(outcome.status.error_code()) && outcome.metadata.empty()) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/false);
    outcome.unreachable = state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_CONNECTING;
  }
  return outcome;
}

}  // namespace spillway::client
