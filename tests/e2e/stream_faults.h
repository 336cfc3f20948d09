// Every way a stream can fail, at every place, and what that means for its call.
//
// A whole answer says "w1 w2 … w25".
#ifndef SPILLWAY_TESTS_E2E_STREAM_FAULTS_H_
#define SPILLWAY_TESTS_E2E_STREAM_FAULTS_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::e2e {

inline constexpr int kTokens = 25;

// What a fault means for the call, but for the mode.
enum class Course {
  // The answer is whole all the same.
  kWhole,
  // Before the first token: the call goes on.
  kSpills,
  // After it: the call goes on only with allow_reset.
  kBreaks,
  // The request's own fault: the call ends.
  kRefused,
};

// Models, and so policies, of the route to the target that fails, then `backup`. The hasty one is for
// providers that keep it waiting; the others must never seem to, however busy the machine.
inline constexpr char kPatient[] = "patient";
inline constexpr char kHasty[] = "hasty";

// Both, to the target of an API.
inline std::string FaultPolicies(const std::string& endpoint, const std::string& model) {
  const auto policy = [&](const char* name, const char* first_token, const char* idle) {
    return absl::StrCat("  - name: ", name, "\n    model: ", name,
                        "\n    production: {failover: {targets: [{endpoint: ", endpoint, ", model: \"", model,
                        "\"}, {endpoint: backup, model: backup-model}]}}\n    first_token_timeout: ",
                        first_token, "\n    stream_idle_timeout: ", idle, "\n    suspend_duration: 60s\n");
  };
  return policy(kPatient, "10s", "10s") + policy(kHasty, "1s", "300ms");
}

struct FaultCase {
  const char* name;
  // The primary's script.
  const char* script;
  Course course;
  v1::Failure failure = v1::FAILURE_UNSPECIFIED;
  // The call's attempts at the primary.
  int attempts = 1;
  // Whether the target is left out afterwards.
  bool suspends = true;

  // To ask for.
  const char* model() const {
    const bool waits = failure == v1::FAILURE_FIRST_TOKEN_TIMEOUT || failure == v1::FAILURE_STALLED;
    return waits ? kHasty : kPatient;
  }
};

inline constexpr FaultCase kFaults[] = {
    {"nothing", "ok", Course::kWhole},
    // Before the head.
    {"rate_limited", "rate_limited:retry_after=30", Course::kSpills, v1::FAILURE_RATE_LIMITED},
    {"overloaded", "overloaded", Course::kSpills, v1::FAILURE_OVERLOADED},
    {"bad_gateway", "bad_gateway", Course::kSpills, v1::FAILURE_SERVER_ERROR},
    {"lone_500", "server_error", Course::kSpills, v1::FAILURE_SERVER_ERROR, 2},
    {"reset", "reset", Course::kSpills, v1::FAILURE_CONNECT, 2},
    {"garbage", "garbage", Course::kSpills, v1::FAILURE_MALFORMED},
    {"silence", "silence", Course::kSpills, v1::FAILURE_FIRST_TOKEN_TIMEOUT},
    {"context_length", "context_length", Course::kRefused, v1::FAILURE_CONTEXT_LENGTH, 1, false},
    {"content_filter", "content_filter", Course::kRefused, v1::FAILURE_CONTENT_FILTER, 1, false},
    {"invalid_request", "invalid_request", Course::kRefused, v1::FAILURE_INVALID_REQUEST, 1, false},
    // After the head, before a token.
    {"silence_after_head", "silence_after_head", Course::kSpills, v1::FAILURE_FIRST_TOKEN_TIMEOUT},
    {"cut_after_head", "cut:after=0", Course::kSpills, v1::FAILURE_TRUNCATED},
    {"reset_after_head", "cut:after=0:abort=true", Course::kSpills, v1::FAILURE_TRUNCATED},
    {"stall_after_head", "stall_pings:after=0:pause_ms=50", Course::kSpills, v1::FAILURE_FIRST_TOKEN_TIMEOUT},
    {"garbage_event_first", "garbage_event:after=0", Course::kSpills, v1::FAILURE_MALFORMED},
    {"error_event_first", "error_event:after=0", Course::kSpills, v1::FAILURE_OVERLOADED},
    {"context_length_event", "error_event:after=0:class=context_length", Course::kRefused,
     v1::FAILURE_CONTEXT_LENGTH, 1, false},
    // After tokens.
    {"cut_after_1", "cut:after=1", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"cut_after_20", "cut:after=20", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"cut_after_the_last", "cut:after=25", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"reset_after_1", "cut:after=1:abort=true", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"reset_after_20", "cut:after=20:abort=true", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"reset_after_the_last", "cut:after=25:abort=true", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"stall_after_1", "stall:after=1", Course::kBreaks, v1::FAILURE_STALLED},
    {"stall_after_20", "stall:after=20", Course::kBreaks, v1::FAILURE_STALLED},
    {"stall_after_the_last", "stall:after=25", Course::kBreaks, v1::FAILURE_STALLED},
    {"pings_after_1", "stall_pings:after=1:pause_ms=50", Course::kBreaks, v1::FAILURE_STALLED},
    {"pings_after_20", "stall_pings:after=20:pause_ms=50", Course::kBreaks, v1::FAILURE_STALLED},
    {"garbage_event_after_1", "garbage_event:after=1", Course::kBreaks, v1::FAILURE_MALFORMED},
    {"garbage_event_after_20", "garbage_event:after=20", Course::kBreaks, v1::FAILURE_MALFORMED},
    {"garbage_event_after_the_last", "garbage_event:after=25", Course::kBreaks, v1::FAILURE_MALFORMED},
    {"error_event_after_1", "error_event:after=1", Course::kBreaks, v1::FAILURE_OVERLOADED},
    {"error_event_after_20", "error_event:after=20", Course::kBreaks, v1::FAILURE_OVERLOADED},
    {"error_event_after_the_last", "error_event:after=25", Course::kBreaks, v1::FAILURE_OVERLOADED},
    // The end itself.
    {"no_finish", "no_finish", Course::kBreaks, v1::FAILURE_TRUNCATED},
    {"no_done", "no_done", Course::kWhole},
    {"no_done_and_open", "no_done_open", Course::kWhole},
    {"pings_first", "pings_first:delay_ms=200:pause_ms=40", Course::kWhole},
    {"slow_tokens", "ok:pause_ms=20", Course::kWhole},
};

inline std::string WholeText() {
  std::string text;
  for (int i = 1; i <= kTokens; ++i) absl::StrAppend(&text, text.empty() ? "" : " ", "w", i);
  return text;
}

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_STREAM_FAULTS_H_
