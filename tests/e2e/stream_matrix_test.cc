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
#include "tests/e2e/stream_faults.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

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
      scene = std::make_unique<ApisScene>(
          ApisOptions{.policies = FaultPolicies(api(), ModelOf(api())), .backup = true});
    return *scene;
  }

  static void TearDownTestSuite() { Scenes().clear(); }

  void SetUp() override {
    scene().Resume(api(), ModelOf(api()));
    scene().Resume("backup", "backup-model");
    scene().Script(api(), absl::StrCat(fault().script, ":tokens=", kTokens));
    scene().Script("backup", absl::StrCat("ok:tokens=", kTokens));
    scene().sim().ClearLog();
  }

  static StreamedCall Call(bool allow_reset, const char* model = fault().model()) {
    v1::ChatRequest request;
    request.set_model(model);
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
    const StreamedCall next = Call(false, kPatient);
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
