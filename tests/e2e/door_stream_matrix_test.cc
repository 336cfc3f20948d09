// Every way a stream can fail, at every place, at every API: what a client of the OpenAI-compatible door sees
// of it. A whole answer, an error instead of one, or a part of one that says so; never a part that passes for
// the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/stream_faults.h"

namespace spillway::e2e {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Case = std::tuple<const char*, FaultCase>;

class DoorStreamMatrixTest : public ::testing::TestWithParam<Case> {
 protected:
  static const char* api() { return std::get<0>(GetParam()); }
  static const FaultCase& fault() { return std::get<1>(GetParam()); }

  static std::map<std::string, std::unique_ptr<ApisScene>>& Scenes() {
    static std::map<std::string, std::unique_ptr<ApisScene>> scenes;
    return scenes;
  }

  static ApisScene& scene() {
    auto& scene = Scenes()[api()];
    if (scene == nullptr) {
      scene = std::make_unique<ApisScene>(
          ApisOptions{.policies = FaultPolicies(api(), ModelOf(api())), .backup = true});
    }
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

  static std::size_t Asked(const std::string& personality) {
    return scene().sim().Log({.personality = personality}).size();
  }

  static void ExpectWhole(const DoorCall& call, const std::string& by) {
    ASSERT_EQ(call.answer.status, 200) << call.answer.body;
    EXPECT_TRUE(call.answer.whole);
    EXPECT_TRUE(call.done);
    EXPECT_FALSE(call.error.has_value());
    EXPECT_EQ(call.text, WholeText());
    EXPECT_EQ(call.role, "assistant") << "once, in the first chunk";
    EXPECT_EQ(call.chunks.at(0).at("choices").at(0).at("delta").at("role"), "assistant");
    EXPECT_EQ(call.finish, "stop");
    EXPECT_EQ(call.header("x-spillway-endpoint"), by);
    ASSERT_TRUE(call.usage.has_value());
    EXPECT_GT(call.usage->at("completion_tokens").as_int64(), 0);
  }

  static void ExpectBroken(const DoorCall& call) {
    ASSERT_EQ(call.answer.status, 200) << call.answer.body;
    EXPECT_FALSE(call.answer.whole) << "the body must not end as if it were all";
    EXPECT_FALSE(call.done);
    ASSERT_TRUE(call.error.has_value());
    EXPECT_EQ(call.error->at("code"), "stream_broken");
    EXPECT_TRUE(call.chunks.back().as_object().contains("error")) << "it comes last";
    EXPECT_THAT(call.text, Not(IsEmpty()));
    EXPECT_TRUE(absl::StartsWith(WholeText(), call.text)) << call.text;
    EXPECT_EQ(call.finish, "");
    EXPECT_FALSE(call.usage.has_value());
    EXPECT_EQ(call.header("x-spillway-endpoint"), api());
    EXPECT_EQ(Asked("backup"), 0U);
  }

  static void ExpectRefused(const DoorCall& call) {
    EXPECT_EQ(Asked("backup"), 0U);
    // Bedrock's guardrail answers in the model's place: a whole answer that says so.
    if (std::string_view(api()) == "bedrock" && fault().failure == v1::FAILURE_CONTENT_FILTER) {
      EXPECT_TRUE(call.done);
      EXPECT_EQ(call.finish, "content_filter");
      return;
    }
    EXPECT_EQ(call.answer.status, 400);
    EXPECT_TRUE(call.answer.whole);
    ASSERT_TRUE(call.error.has_value()) << call.answer.body;
    EXPECT_EQ(call.error->at("type"), "invalid_request_error");
    EXPECT_THAT(call.chunks, IsEmpty());
  }
};

INSTANTIATE_TEST_SUITE_P(All, DoorStreamMatrixTest,
                         ::testing::Combine(::testing::ValuesIn(kApis), ::testing::ValuesIn(kFaults)),
                         [](const auto& info) {
                           return absl::StrCat(std::get<0>(info.param), "_", std::get<1>(info.param).name);
                         });

TEST_P(DoorStreamMatrixTest, AnswersWholeOrWithAnError) {
  const DoorCall call =
      CallDoor(scene().door(),
               HelloBody(R"(,"stream":true,"stream_options":{"include_usage":true})", fault().model()));
  switch (fault().course) {
    case Course::kWhole:
      ExpectWhole(call, api());
      EXPECT_EQ(Asked("backup"), 0U);
      break;
    case Course::kSpills:
      ExpectWhole(call, "backup");
      break;
    case Course::kBreaks:
      ExpectBroken(call);
      break;
    case Course::kRefused:
      ExpectRefused(call);
      break;
  }
}

}  // namespace
}  // namespace spillway::e2e
