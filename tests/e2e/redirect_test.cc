// The server connects to the URLs of its configuration and to no other: not where a provider sends it, not
// where a request points.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;

// Seven providers that point to an eighth, which trusts nobody's word but is there to be dialled.
class RedirectTest : public ::testing::TestWithParam<int> {
 protected:
  // Answers of that status, with that Location.
  void Redirect(const std::string& location) {
    for (const std::string api : kApis) {
      scene_.Script(api, absl::StrCat(R"({"fault": "ok", "status": )", GetParam(),
                                      R"(, "body": "", "headers": {"location": ")", location, R"("}})"));
    }
  }

  void ExpectFailed(const v1::RouteTrace& route, const std::string& api) {
    ASSERT_THAT(route.attempts(), SizeIs(1)) << api;
    EXPECT_EQ(route.attempts(0).failure(), v1::FAILURE_MALFORMED) << api;
    EXPECT_EQ(route.attempts(0).http_status(), GetParam()) << api;
  }

  // A whole answer and a stream of each API's: one request each, to its own provider.
  void ExpectNobodyFollows(const std::string& location) {
    Redirect(location);
    for (const std::string api : kApis) {
      const auto whole = scene_.Chat(TestCall("chat-" + api));
      EXPECT_EQ(whole.status.error_code(), StatusCode::UNAVAILABLE) << api << whole.status.error_message();
      ExpectFailed(whole.details.route.value_or(v1::RouteTrace()), api);
      const StreamedCall stream = CallStreamed(scene_.channel(), TestCall("chat-" + api));
      EXPECT_EQ(stream.status.error_code(), StatusCode::UNAVAILABLE) << api;
      ExpectFailed(stream.route(), api);
      EXPECT_THAT(scene_.sim().Log({.personality = api}), SizeIs(2)) << api << " was asked again";
    }
    EXPECT_THAT(scene_.sim().Log({.personality = "backup"}), IsEmpty()) << location;
    scene_.sim().ClearLog();
  }

  ApisScene scene_{{.backup = true}};
};

TEST_P(RedirectTest, IsAFailureWhereverItPoints) {
  const std::string other = scene_.sim().url("backup");
  ExpectNobodyFollows(other + "/v1/chat/completions");
  ExpectNobodyFollows(other.substr(other.find("//")) + "/v1/chat/completions");
  ExpectNobodyFollows("/v2/elsewhere");
  ExpectNobodyFollows("http://169.254.169.254/latest/meta-data/");
}

INSTANTIATE_TEST_SUITE_P(Statuses, RedirectTest, ::testing::Values(301, 302, 303, 307, 308));

TEST(RedirectFailoverTest, TheCallGoesToTheNextTargetAndNotToTheLocation) {
  Scene scene;
  scene.sim().SetScript("primary", absl::StrCat(R"({"fault": "ok", "status": 307, "headers": {"location": ")",
                                                scene.sim().url("backup"), R"(/v1/stolen"}})"));
  ExpectServedBy("backup", scene.Chat());
  const auto asked = scene.Asked("backup");
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].request.target, "/v1/chat/completions");
  // Its own key, not the other's.
  EXPECT_EQ(*FindHeader(asked[0].request.headers, "authorization"), "Bearer " + sim::Fingerprint(kBackupKey));
}

// What a request points to is the provider's to fetch, if anybody's.
TEST(RequestedUrlTest, IsPassedOnAndNotFetched) {
  ApisScene scene({.backup = true});
  const std::string url = scene.sim().url("backup") + "/picture.png";
  v1::ChatRequest request = TestCall();
  request.mutable_messages(0)->clear_content();
  request.mutable_messages(0)->add_parts()->set_text("What is this?");
  request.mutable_messages(0)->add_parts()->mutable_image_url()->set_url(url);
  for (const std::string api : kApis) {
    request.set_model("chat-" + api);
    const auto result = scene.Chat(request);
    // Not every API takes URLs: those are refused, or the URL is the answerer's business.
    if (result.ok()) {
      EXPECT_THAT(scene.LatestBody(api), HasSubstr("picture.png")) << api;
    }
    const std::string door = HelloBody(
        absl::StrCat(R"(,"user":")", url, R"(","metadata":{"callback":")", url, R"("})"), "chat-" + api);
    CallDoor(scene.door(), door);
  }
  EXPECT_THAT(scene.LatestBody("openai"), HasSubstr("Say this is a test!"));
  EXPECT_THAT(scene.sim().Log({.personality = "backup"}), IsEmpty());
}

// Nor does what a client says of hosts decide where its call goes.
TEST(RequestedUrlTest, NoHeaderNamesAProvider) {
  ApisScene scene({.backup = true});
  const std::string url = scene.sim().url("backup");
  const std::string address = url.substr(url.find("//") + 2);
  const DoorCall call = CallDoor(scene.door(), HelloBody("", "chat-openai"),
                                 absl::StrCat("x-forwarded-host: ", address, "\r\nforwarded: host=", address,
                                              "\r\nx-original-url: /v1/models\r\nopenai-base-url: ", url,
                                              "/v1\r\nx-spillway-endpoint: backup\r\n"));
  EXPECT_EQ(call.answer.status, 200) << call.answer.body;
  EXPECT_EQ(call.header("x-spillway-endpoint"), "openai");
  EXPECT_THAT(scene.sim().Log({.personality = "backup"}), IsEmpty());
}

}  // namespace
}  // namespace spillway::e2e
