#include "client/error_details.h"

#include <limits>

namespace spillway::client {
namespace {

// A delay below zero tells nothing; one beyond nanoseconds' range (292 years) stops at its end.
std::optional<std::chrono::nanoseconds> ToDelay(const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.nanos() < 0) return std::nullopt;
  constexpr auto kMax = std::chrono::nanoseconds(std::numeric_limits<std::int64_t>::max());
  if (std::chrono::seconds(duration.seconds()) >= std::chrono::duration_cast<std::chrono::seconds>(kMax)) {
    return kMax;
  }
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

void ReadDetail(const google::protobuf::Any& detail, ErrorDetails& out) {
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  google::rpc::BadRequest bad_request;
  v1::RouteTrace route;
  if (detail.UnpackTo(&info)) {
    out.error_info = std::move(info);
  } else if (detail.UnpackTo(&retry)) {
    if (retry.has_retry_delay()) out.retry_delay = ToDelay(retry.retry_delay());
  } else if (detail.UnpackTo(&bad_request)) {
    for (auto& violation : *bad_request.mutable_field_violations()) {
      out.violations.push_back(std::move(violation));
    }
  } else if (detail.UnpackTo(&route)) {
    out.route = std::move(route);
  }
}

}  // namespace

ErrorDetails ParseErrorDetails(const std::string& bytes) {
  ErrorDetails out;
  if (!out.raw.ParseFromString(bytes)) {
    out.raw.Clear();
    return out;
  }
  for (const google::protobuf::Any& detail : out.raw.details()) ReadDetail(detail, out);
  return out;
}

}  // namespace spillway::client
