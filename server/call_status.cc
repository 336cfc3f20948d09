#include "server/call_status.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/proto_time.h"
#include "server/trailer_budget.h"

namespace spillway::server {
namespace {

google::rpc::Status Begin(const CallStatus& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code));
  proto.set_message(status.message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(status.reason));
  info.set_domain("spillway");
  proto.add_details()->PackFrom(info);
  return proto;
}

void AddRetryInfo(const std::optional<router::Duration>& after, google::rpc::Status& proto) {
  if (!after) return;
  google::rpc::RetryInfo retry;
  *retry.mutable_retry_delay() = ToProto(*after);
  proto.add_details()->PackFrom(retry);
}

// `openai/prod gpt-4o: rate_limited (HTTP 429): Rate limit reached …`
std::string Describe(const v1::Attempt& attempt) {
  const v1::TargetRef& target = attempt.target();
  const auto& traits = router::TraitsOf(static_cast<router::Failure>(attempt.failure()));
  std::string text = absl::StrCat(target.provider(), "/", target.endpoint(), " ", target.model(), ": ",
                                  absl::string_view(traits.name.data(), traits.name.size()));
  if (attempt.http_status() != 0) absl::StrAppend(&text, " (HTTP ", attempt.http_status(), ")");
  if (!attempt.message().empty()) absl::StrAppend(&text, ": ", attempt.message());
  return text;
}

// "250 ms", "1.9 s", "28 s": rounded up, so that nobody comes back too early.
std::string InSeconds(router::Duration duration) {
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  if (millis < 1'000) return absl::StrCat(millis, " ms");
  if (millis >= 10'000) return absl::StrCat((millis + 999) / 1000, " s");
  const auto tenths = (millis + 99) / 100;
  return absl::StrCat(tenths / 10, ".", tenths % 10, " s");
}

std::string MessageOf(const router::CallReport& report, const v1::RouteTrace& trace) {
  const std::string policy =
      trace.policy().empty() ? "primary endpoint" : absl::StrCat("policy ", trace.policy());
  std::string last = trace.attempts().empty() ? "" : Describe(trace.attempts(trace.attempts_size() - 1));
  switch (report.verdict) {
    case router::Verdict::kServed:
      return "";
    case router::Verdict::kAllSuspended: {
      std::string text = absl::StrCat(policy, ": every target is suspended");
      if (report.retry_after)
        absl::StrAppend(&text, "; the first is due back in ", InSeconds(*report.retry_after));
      return text;
    }
    case router::Verdict::kAllSaturated:
      return absl::StrCat(policy, ": every target that is not suspended has as many calls as it may have");
    case router::Verdict::kAllUnsupported: {
      // The first that was considered is the one the operator meant to serve.
      const router::SkippedLeaf& first = report.skipped.front();
      return absl::StrCat(policy, ": no target can do what the request asks for; ",
                          report.table->leaf(first.leaf).name.endpoint, ": ", first.detail);
    }
    case router::Verdict::kRetryBudgetSpent:
      return absl::StrCat(policy, ": the retry budget is spent; last: ", last);
    case router::Verdict::kAllFailed: {
      const int tried = trace.attempts_size();
      const std::string_view attempts = tried == 1 ? " attempt" : " attempts";
      std::string text = absl::StrCat(policy, ": no target could serve after ", tried,
                                      absl::string_view(attempts.data(), attempts.size()));
      if (!trace.skipped().empty()) absl::StrAppend(&text, " (", trace.skipped_size(), " passed over)");
      return absl::StrCat(text, "; last: ", last);
    }
    case router::Verdict::kRefused:
      return last;
    case router::Verdict::kBroken:
      return absl::StrCat("the answer broke off: ", last);
    case router::Verdict::kDeadline:
      return last.empty() ? "the deadline passed before a target could be tried"
                          : absl::StrCat("the deadline passed; last: ", last);
    case router::Verdict::kCancelled:
      return "the caller cancelled";
  }
  return "";
}

}  // namespace

CallStatus StatusOf(const router::CallReport& report, const v1::RouteTrace& trace) {
  CallStatus status;
  status.code = report.code;
  if (report.code == absl::StatusCode::kOk) return status;
  status.message = FitMessage(MessageOf(report, trace));
  status.reason = router::NameOf(report.verdict);
  status.retry_after = report.retry_after;
  google::rpc::Status proto = Begin(status);
  AddRetryInfo(report.retry_after, proto);
  proto.add_details()->PackFrom(FitTrace(trace));
  status.details = proto.SerializeAsString();
  return status;
}

CallStatus StatusOf(const std::vector<FieldViolation>& violations) {
  CallStatus status;
  status.code = absl::StatusCode::kInvalidArgument;
  google::rpc::BadRequest bad;
  constexpr std::size_t kRoomForMore = 32;
  for (const FieldViolation& violation : violations) {
    const std::string text = absl::StrCat(violation.field, ": ", violation.description);
    const auto told = static_cast<std::size_t>(bad.field_violations_size());
    const bool fits = status.message.size() + text.size() + kRoomForMore <= kMaxMessageBytes;
    if (told == kMaxViolations || (told > 0 && !fits)) {
      absl::StrAppend(&status.message, "; and ", violations.size() - told, " more");
      break;
    }
    absl::StrAppend(&status.message, told == 0 ? "" : "; ", text);
    auto& proto = *bad.add_field_violations();
    proto.set_field(violation.field);
    proto.set_description(violation.description);
  }
  status.message = FitMessage(std::move(status.message));
  status.reason = "INVALID_REQUEST";
  status.field = violations.front().field;
  google::rpc::Status proto = Begin(status);
  proto.add_details()->PackFrom(bad);
  status.details = proto.SerializeAsString();
  return status;
}

CallStatus Refused(absl::StatusCode code, std::string_view reason, std::string message,
                   std::optional<router::Duration> retry_after) {
  CallStatus status;
  status.code = code;
  status.message = FitMessage(std::move(message));
  status.reason = reason;
  status.retry_after = retry_after;
  google::rpc::Status proto = Begin(status);
  AddRetryInfo(retry_after, proto);
  status.details = proto.SerializeAsString();
  return status;
}

CallStatus UnknownModel(const std::string& model, router::Environment environment) {
  const std::string_view where = router::NameOf(environment);
  return Refused(
      absl::StatusCode::kNotFound, "UNKNOWN_MODEL",
      absl::StrCat("no policy names model '", model, "' in ", absl::string_view(where.data(), where.size()),
                   ", and it has no primary endpoint"));
}

}  // namespace spillway::server
