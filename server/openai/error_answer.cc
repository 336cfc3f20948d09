#include "server/openai/error_answer.h"

#include <chrono>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

using router::Failure;

// How a status is told; `code` empty: the reason in lower case.
struct Words {
  int http_status;
  std::string_view type;
  std::string_view code;
};

Words WordsOf(absl::StatusCode status) {
  switch (status) {
    case absl::StatusCode::kInvalidArgument:
      return {400, "invalid_request_error", ""};
    case absl::StatusCode::kUnauthenticated:
      return {401, "invalid_request_error", "invalid_api_key"};
    case absl::StatusCode::kPermissionDenied:
      return {403, "permission_error", ""};
    case absl::StatusCode::kNotFound:
      return {404, "invalid_request_error", "model_not_found"};
    case absl::StatusCode::kResourceExhausted:
      return {429, "rate_limit_error", "rate_limit_exceeded"};
    case absl::StatusCode::kUnavailable:
      return {503, "service_unavailable_error", ""};
    case absl::StatusCode::kDeadlineExceeded:
      return {504, "timeout_error", "deadline_exceeded"};
    // Nobody is there to read it: nginx's word for the log and the metric.
    case absl::StatusCode::kCancelled:
      return {499, "client_closed_request", ""};
    default:
      return {500, "server_error", ""};
  }
}

// The provider's word for what is wrong with the request, or OpenAI's for that class of failure.
std::string CodeOf(const router::FailedAttempt& last) {
  if (!last.provider_code.empty()) return last.provider_code;
  switch (last.failure) {
    case Failure::kContextLength:
      return "context_length_exceeded";
    case Failure::kContentFilter:
      return "content_filter";
    default:
      return "";
  }
}

}  // namespace

ErrorAnswer ErrorAnswerOf(const CallStatus& status, const router::FailedAttempt* last) {
  const Words words = WordsOf(status.code);
  ErrorAnswer answer;
  answer.http_status = words.http_status;
  answer.error.message = status.message;
  answer.error.type = words.type;
  answer.error.param = status.field;
  answer.error.code = words.code;
  if (last != nullptr && status.code == absl::StatusCode::kInvalidArgument) {
    answer.error.code = CodeOf(*last);
    answer.error.param = last->provider_param;
  }
  if (last != nullptr && last->failure == Failure::kQuotaExhausted && answer.http_status == 429) {
    answer.error.type = answer.error.code = "insufficient_quota";
  }
  if (answer.error.code.empty()) {
    answer.error.code = absl::AsciiStrToLower({status.reason.data(), status.reason.size()});
  }
  return answer;
}

void AddRetryAfter(const CallStatus& status, AnswerHead& head) {
  if (!status.retry_after) return;
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(*status.retry_after).count();
  head.Add("retry-after", absl::StrCat((millis + 999) / 1000));
  head.Add("retry-after-ms", absl::StrCat(millis));
}

}  // namespace spillway::server
