// Every way a stream can fail, at every place, at every API: what the caller sees of it, and what the
// providers do.
//
// The route is the API's target, then `backup`. Both would say "w1 w2 … w25". The targets' suspensions are
// lifted before each case, so that one server and one simulator serve all cases of an API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/admin_client.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kTokens = 25;

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
};

constexpr FaultCase kFaults[] = {
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

std::string WholeText() {
  std::string text;
  for (int i = 1; i <= kTokens; ++i) absl::StrAppend(&text, text.empty() ? "" : " ", "w", i);
  return text;
}

using Case = std::tuple<const char*, FaultCase>;

class StreamMatrixTest : public ::testing::TestWithParam<Case> {
 protected:
  static const char* api() { return std::get<0>(GetParam()); }
  static const FaultCase& fault() { return std::get<1>(GetParam()); }

  static std::map<std::string, std::unique_ptr<ApisScene>>& Scenes() {
    static std::map<std::string, std::unique_ptr<ApisScene>> scenes;
    return scenes;
  }

  static ApisScene& scene() {
    auto& scene = Scenes()[api()];
    if (scene == nullptr)
      scene = std::make_unique<ApisScene>(ApisOptions{.policies = Policies(), .backup = true});
    return *scene;
  }

  static std::string Policies() {
    return absl::StrCat(
        "  - name: pair\n    model: pair\n    production: {failover: {targets: [{endpoint: ", api(),
        ", model: \"", ModelOf(api()), "\"}, {endpoint: backup, model: backup-model}]}}\n",
        "    first_token_timeout: 800ms\n    stream_idle_timeout: 300ms\n    suspend_duration: 60s\n");
  }

  static void TearDownTestSuite() { Scenes().clear(); }

  void SetUp() override {
    scene().Resume(api(), ModelOf(api()));
    scene().Resume("backup", "backup-model");
    scene().Script(api(), absl::StrCat(fault().script, ":tokens=", kTokens));
    scene().Script("backup", absl::StrCat("ok:tokens=", kTokens));
    scene().sim().ClearLog();
  }

  static StreamedCall Call(bool allow_reset) {
    v1::ChatRequest request;
    request.set_model("pair");
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content("Count for me");
    request.mutable_stream_options()->set_include_usage(true);
    request.set_allow_reset(allow_reset);
    return CallStreamed(scene().channel(), request);
  }

  static std::size_t Asked(const std::string& personality) {
    return scene().sim().Log({.personality = personality}).size();
  }

  // Cohere has one word for every breakdown in the middle of an answer.
  static v1::Failure Expected() {
    const bool cohere = std::string_view(api()) == "cohere" && fault().failure == v1::FAILURE_OVERLOADED &&
                        std::string_view(fault().script).starts_with("error_event");
    return cohere ? v1::FAILURE_SERVER_ERROR : fault().failure;
  }

  // Bedrock's guardrail answers in the model's place: a whole answer that says so.
  static bool IsAnswered() {
    return std::string_view(api()) == "bedrock" && fault().failure == v1::FAILURE_CONTENT_FILTER;
  }

  static void ExpectRefused(const StreamedCall& call) {
    EXPECT_EQ(Asked("backup"), 0U);
    if (!IsAnswered()) return ExpectFailed(call, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
    ASSERT_THAT(call.finishes, SizeIs(1));
    EXPECT_EQ(call.finishes[0].finish_reason(), "content_filter");
  }

  // As often as it was attempted; once more where a kept connection was reset: the transport cannot tell
  // whether it was dead already, and sends such a request again.
  static void ExpectAttempts() {
    const int asked = static_cast<int>(Asked(api()));
    EXPECT_GE(asked, fault().attempts);
    EXPECT_LE(asked, fault().attempts + (fault().failure == v1::FAILURE_CONNECT ? 1 : 0));
  }

  static void ExpectWhole(const StreamedCall& call, const std::string& by) {
    ASSERT_TRUE(call.status.ok()) << call.status.error_message();
    EXPECT_EQ(call.text, WholeText());
    ASSERT_THAT(call.finishes, SizeIs(1));
    EXPECT_EQ(call.finishes[0].finish_reason(), "stop");
    EXPECT_EQ(call.route().served_by().endpoint(), by);
    EXPECT_EQ(call.trailers.at("x-spillway-endpoint"), by);
    ASSERT_TRUE(call.usage.has_value());
    EXPECT_GT(call.usage->prompt_tokens(), 0);
    EXPECT_GT(call.usage->completion_tokens(), 0);
    EXPECT_EQ(call.usage->total_tokens(), call.usage->prompt_tokens() + call.usage->completion_tokens());
  }

  static void ExpectFailed(const StreamedCall& call, grpc::StatusCode code) {
    EXPECT_EQ(call.status.error_code(), code) << call.status.error_message();
    EXPECT_THAT(call.finishes, IsEmpty());
    EXPECT_FALSE(call.usage.has_value());
    EXPECT_FALSE(call.route().has_served_by());
    ASSERT_THAT(call.route().attempts(), Not(IsEmpty()));
    EXPECT_EQ(call.route().attempts(call.route().attempts_size() - 1).failure(), Expected())
        << call.route().DebugString();
  }

  // The target that failed is left alone by the next call, or not, as the failure has it.
  static void ExpectNoHammering() {
    const std::size_t before = Asked(api());
    scene().Script(api(), absl::StrCat("ok:tokens=", kTokens));
    const StreamedCall next = Call(false);
    ExpectWhole(next, fault().suspends ? "backup" : api());
    EXPECT_EQ(Asked(api()) - before, fault().suspends ? 0U : 1U);
  }
};

INSTANTIATE_TEST_SUITE_P(All, StreamMatrixTest,
                         ::testing::Combine(::testing::ValuesIn(kApis), ::testing::ValuesIn(kFaults)),
                         [](const auto& info) {
                           return absl::StrCat(std::get<0>(info.param), "_", std::get<1>(info.param).name);
                         });

TEST_P(StreamMatrixTest, AnswersWholeOrWithAnError) {
  const StreamedCall call = Call(/*allow_reset=*/false);
  EXPECT_THAT(call.resets, IsEmpty());
  ExpectAttempts();
  switch (fault().course) {
    case Course::kWhole:
      ExpectWhole(call, api());
      EXPECT_EQ(Asked("backup"), 0U);
      return;
    case Course::kSpills:
      ExpectWhole(call, "backup");
      EXPECT_EQ(call.initial.at("x-spillway-endpoint"), "backup");
      EXPECT_EQ(call.route().attempts(0).failure(), Expected()) << call.route().DebugString();
      break;
    case Course::kBreaks:
      ExpectFailed(call, grpc::StatusCode::UNAVAILABLE);
      EXPECT_EQ(call.initial.at("x-spillway-endpoint"), api());
      ASSERT_TRUE(call.details.error_info.has_value());
      EXPECT_EQ(call.details.error_info->reason(), "STREAM_BROKEN");
      EXPECT_EQ(Asked("backup"), 0U);
      break;
    case Course::kRefused:
      ExpectRefused(call);
      break;
  }
  ExpectNoHammering();
}

TEST_P(StreamMatrixTest, WithAllowResetGoesOnAfterAToken) {
  const StreamedCall call = Call(/*allow_reset=*/true);
  ExpectAttempts();
  if (fault().course == Course::kRefused) return ExpectRefused(call);
  if (fault().course == Course::kWhole) {
    EXPECT_THAT(call.resets, IsEmpty());
    return ExpectWhole(call, api());
  }
  ExpectWhole(call, "backup");
  EXPECT_EQ(Asked("backup"), 1U);
  ASSERT_THAT(call.resets, SizeIs(fault().course == Course::kBreaks ? 1 : 0));
  if (fault().course == Course::kBreaks) {
    EXPECT_EQ(call.resets[0].target().endpoint(), "backup");
    EXPECT_EQ(call.resets[0].failure(), Expected());
  }
  ExpectNoHammering();
}

}  // namespace
}  // namespace spillway::e2e
