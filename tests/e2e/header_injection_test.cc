// What others write stays inside its header, or is not copied into one at all: towards providers and towards
// callers.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"
#include "tests/server/http/raw_client.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kDoor[] = "openai: {address: \"127.0.0.1:0\"}";

std::string Quoted(const std::string& text) { return boost::json::serialize(boost::json::value(text)); }

std::uint16_t DoorOf(Scene& scene) { return static_cast<std::uint16_t>(scene.server().ports().openai); }

std::vector<std::string> NamesOf(const HttpHeaders& headers) {
  std::vector<std::string> names;
  for (const auto& header : headers) names.push_back(header.first);
  std::sort(names.begin(), names.end());
  return names;
}

// One API as the primary endpoint: it is sent whatever model the caller asks for.
class ModelInjectionTest : public ::testing::TestWithParam<const char*> {
 protected:
  static SceneOptions Options() {
    SceneOptions options;
    options.primary_api = GetParam();
    options.primary_endpoint = true;
    options.server = {kDoor};
    options.settings = {};
    if (options.primary_api == "azure_openai") options.primary_fields = ", api_version: 2024-10-21";
    return options;
  }

  Scene scene_{Options()};
};

TEST_P(ModelInjectionTest, AModelThatIsNoHeadersTextIsRefused) {
  for (const std::string& model :
       {std::string("m\r\nx-forged: 1"), std::string("m\nx-forged: 1"), std::string("m\rx"),
        std::string("m\0x", 3), std::string("m\r\n x"), std::string("m\x1b[31m"),
        std::string("mod\xC3\xA8le"), std::string("m\x7f")}) {
    const auto result = scene_.Chat(TestCall(model));
    EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
    std::string body = HelloBody();
    body.replace(body.find("\"gpt-4o\""), 8, Quoted(model));
    const DoorCall call = CallDoor(DoorOf(scene_), body);
    EXPECT_EQ(call.answer.status, 400) << call.answer.body;
    EXPECT_EQ(call.answer.fields.count("x-forged"), 0u);
  }
  EXPECT_THAT(scene_.sim().Log(), IsEmpty());
}

// Printable, and still to be kept out of a path's structure.
TEST_P(ModelInjectionTest, AModelStaysOnePieceOfThePath) {
  scene_.Chat(TestCall("plain"));
  const auto plain = scene_.Asked("primary");
  ASSERT_THAT(plain, SizeIs(1));
  const std::string target = plain[0].request.target;
  const std::vector<std::string> names = NamesOf(plain[0].request.headers);
  for (const std::string model :
       {"m?key=1&x=", "m#f", "m HTTP/1.1", "m%0d%0aX-Forged: 1", "..", ".", "m;x=1", "m:generateContent",
        "m\\..\\n", "m@elsewhere.example.com", "models/../../v1/secrets", "../../v1/files", "a/b/../../c",
        "//elsewhere/x", "m/"}) {
    scene_.sim().ClearLog();
    const auto result = scene_.Chat(TestCall(model));
    const auto asked = scene_.Asked("primary");
    if (asked.empty()) {
      EXPECT_FALSE(result.ok()) << model;
      continue;
    }
    EXPECT_EQ(NamesOf(asked[0].request.headers), names) << model;
    const std::string& sent = asked[0].request.target;
    const std::string path = sent.substr(0, sent.find('?'));
    // The same query, the same beginning, and no step upwards.
    EXPECT_EQ(sent.find('?') == std::string::npos ? "" : sent.substr(sent.find('?')),
              target.find('?') == std::string::npos ? "" : target.substr(target.find('?')))
        << model << ": " << sent;
    EXPECT_EQ(path.substr(0, 4), target.substr(0, 4)) << sent;
    EXPECT_THAT(absl::StrCat(path, "/"), Not(AnyOf(HasSubstr("/../"), HasSubstr("/./"), HasSubstr("//"))))
        << sent;
    EXPECT_EQ(sent.find_first_of(" #\\\r\n"), std::string::npos) << sent;
  }
}

INSTANTIATE_TEST_SUITE_P(Apis, ModelInjectionTest,
                         ::testing::Values("openai", "azure_openai", "anthropic", "gemini", "bedrock",
                                           "mistral", "cohere"),
                         [](const auto& info) { return std::string(info.param); });

class CallerHeaderTest : public ::testing::Test {
 protected:
  // The answer's head to a call with these header lines.
  std::string HeadFor(const std::string& lines) {
    testing::RawClient client(DoorOf(scene_));
    client.Send(ChatRequestBytes(HelloBody(), lines));
    return client.ReadUntil("\r\n\r\n");
  }

  Scene scene_{{.server = {kDoor}}};
};

// A line that goes on in the next one, half a line's end, a zero: refused before anything reads it.
TEST_F(CallerHeaderTest, AValueThatReadersDisagreeOnIsRefused) {
  for (const std::string name : {"x-request-id", "traceparent", "user-agent", "authorization"}) {
    for (const std::string& value : {std::string("a\r\n x-forged: 1"), std::string("a\r\n\tb"),
                                     std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3)}) {
      const std::string head = HeadFor(absl::StrCat(name, ": ", value, "\r\n"));
      EXPECT_THAT(head, HasSubstr(" 400 ")) << name;
      EXPECT_THAT(head, Not(HasSubstr("x-forged"))) << name;
    }
  }
  EXPECT_THAT(scene_.sim().Log(), IsEmpty());
}

TEST_F(CallerHeaderTest, ARequestIdThatIsNoneIsReplaced) {
  for (const std::string value : {"caf\xC3\xA9", "a b", "a\tb", "\xFF", "a\x7f"}) {
    const std::string head = HeadFor(absl::StrCat("x-request-id: ", value, "\r\n"));
    EXPECT_THAT(head, Not(HasSubstr(absl::StrCat("x-request-id: ", value, "\r\n")))) << value;
  }
  const std::string fit = HeadFor("x-request-id: r:1/2,\"}\r\n");
  EXPECT_THAT(fit, HasSubstr("x-request-id: r:1/2,\"}\r\n"));
}

TEST_F(CallerHeaderTest, ATraceThatIsNoneGoesNowhere) {
  const std::string forged = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,x-forged:1";
  for (const std::string& value : {forged, std::string("00-\xC3\xA9"), std::string(5000, '0')}) {
    HeadFor(absl::StrCat("traceparent: ", value, "\r\n"));
  }
  for (const sim::LogEntry& entry : scene_.sim().Log()) {
    for (const auto& header : entry.request.headers) EXPECT_THAT(header.second, Not(HasSubstr("forged")));
    const std::string* trace = FindHeader(entry.request.headers, "traceparent");
    if (trace != nullptr) {
      EXPECT_EQ(trace->size(), 55u);
    }
  }
}

// A caller's own headers are for this server: none is the provider's business.
TEST_F(CallerHeaderTest, NothingOfTheCallersGoesToTheProvider) {
  CallDoor(
      DoorOf(scene_), HelloBody(),
      "cookie: session=1\r\nx-api-key: callers\r\nforwarded: for=10.0.0.1\r\nx-forwarded-for: 10.0.0.1\r\n"
      "tracestate: vendor=secret\r\nbaggage: user=alice\r\nopenai-organization: org-1\r\n");
  const auto asked = scene_.Asked("primary");
  ASSERT_THAT(asked, SizeIs(1));
  for (const char* name : {"cookie", "x-api-key", "forwarded", "x-forwarded-for", "tracestate", "baggage",
                           "openai-organization", "x-request-id"}) {
    EXPECT_EQ(FindHeader(asked[0].request.headers, name), nullptr) << name;
  }
}

class ProviderHeaderTest : public ::testing::Test {
 protected:
  // What the provider answers: `headers` as JSON members.
  void Answer(const std::string& fault, const std::string& headers) {
    scene_.sim().SetScript("primary",
                           absl::StrCat(R"({"fault": ")", fault, R"(", "headers": {)", headers, "}}"));
  }

  Scene scene_{{.alone = true, .server = {kDoor}}};
};

TEST_F(ProviderHeaderTest, NoneOfAProvidersHeadersReachesTheCaller) {
  const char kHeaders[] =
      R"("x-spillway-model": "forged", "x-spillway-forged": "1", "set-cookie": "forged=1", "x-request-id":
         "a\r\nx-forged: 1", "retry-after": "1\r\nx-forged: 1", "server": "forged", "traceparent": "forged",
         "content-type": "application/json\r\nx-forged: 1", "request-id": "a\r\n folded: forged")";
  for (const std::string fault : {"ok", "rate_limited", "server_error"}) {
    Answer(fault, kHeaders);
    const auto result = scene_.Chat();
    for (const auto& [name, value] : result.metadata) {
      EXPECT_THAT(absl::StrCat(name, ": ", value), Not(HasSubstr("forged"))) << fault;
    }
    for (const char* members : {"", R"(,"stream":true)"}) {
      const DoorCall call = CallDoor(DoorOf(scene_), HelloBody(members));
      EXPECT_NE(call.answer.status, 0);
      for (const auto& [name, value] : call.answer.fields) {
        EXPECT_THAT(absl::StrCat(name, ": ", value), Not(HasSubstr("forged"))) << fault;
      }
    }
  }
}

TEST_F(ProviderHeaderTest, AProvidersErrorTextIsOneLineWhereverItGoes) {
  scene_.sim().SetScript(
      "primary",
      R"({"fault": "ok", "status": 400, "headers": {"content-type": "application/json"}, "body":
      {"error": {"message": "no\r\nx-forged: 1\u0000\u001b[31m", "type": "a\r\nx-forged: 1", "code": "b\r\nx-forged: 1"}}})");
  const auto result = scene_.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(result.status.error_message().find_first_of(std::string("\r\n\0\x1b", 4)), std::string::npos);
  EXPECT_EQ(result.metadata.count("x-forged"), 0u);
  const DoorCall call = CallDoor(DoorOf(scene_), HelloBody());
  EXPECT_EQ(call.answer.status, 400);
  EXPECT_EQ(call.answer.fields.count("x-forged"), 0u);
  for (const std::string& line : scene_.logs().Lines()) {
    EXPECT_EQ(line.find_first_of(std::string("\r\n\0\x1b", 4)), std::string::npos) << line;
  }
}

TEST_F(ProviderHeaderTest, ARetryAfterIsANumberOfOurOwn) {
  for (const std::string value :
       {"1e999", "-5", "30, 60", "\\u00e9", "30;x-forged=1", "99999999999999999999"}) {
    Answer("rate_limited", absl::StrCat(R"("retry-after": ")", value, "\""));
    const DoorCall call = CallDoor(DoorOf(scene_), HelloBody());
    EXPECT_EQ(call.header("retry-after").find_first_not_of("0123456789"), std::string::npos)
        << value << ": " << call.header("retry-after");
    EXPECT_THAT(call.answer.status, AnyOf(Eq(429), Eq(503)));
  }
}

}  // namespace
}  // namespace spillway::e2e
