// AWS's own test vectors, and what they do not cover: a path that is encoded on the wire already.
#include "server/sigv4.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/aws_signer.h"
#include "tests/replay/shared_folder.h"

namespace spillway::server {
namespace {

constexpr char kKeyId[] = "AKIDEXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SigV4Scope kScope{"20150830T123600Z", "us-east-1", "service"};

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// "METHOD TARGET HTTP/1.1", header lines, an empty line, the body; continued headers are joined.
struct RawRequest {
  std::string method;
  std::string target;
  SigV4Request request;

  explicit RawRequest(const std::string& text) {
    const std::size_t end = text.find("\n\n");
    const std::string head = text.substr(0, end);
    const std::vector<std::string> lines = absl::StrSplit(head, '\n');
    const std::size_t first = lines[0].find(' ');
    const std::size_t last = lines[0].rfind(' ');
    method = lines[0].substr(0, first);
    target = lines[0].substr(first + 1, last - first - 1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (lines[i].empty()) continue;
      if (lines[i][0] == ' ') {
        request.headers.back().second += lines[i];
        continue;
      }
      const std::size_t colon = lines[i].find(':');
      request.headers.emplace_back(lines[i].substr(0, colon), lines[i].substr(colon + 1));
    }
    request.method = method;
    request.target = target;
    request.body_digest = HexDigest(end == std::string::npos ? "" : text.substr(end + 2));
  }
  RawRequest(const RawRequest&) = delete;
};

TEST(SigV4Test, EveryVectorOfAwsPasses) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int passed = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(*folder / "vectors/aws4_testsuite")) {
    if (entry.path().extension() != ".req") continue;
    SCOPED_TRACE(entry.path().stem());
    RawRequest raw(ReadAll(entry.path()));
    const auto expected = [&](const char* extension) {
      return ReadAll(std::filesystem::path(entry.path()).replace_extension(extension));
    };
    // In this one the token is the signer's, and not yet in the request.
    if (entry.path().stem() == "get-vanilla-with-session-token") {
      const RawRequest sent(expected(".sreq"));
      for (const auto& header : sent.request.headers) {
        if (header.first == "X-Amz-Security-Token") raw.request.headers.push_back(header);
      }
    }
    const CanonicalRequest canonical = Canonical(raw.request);
    EXPECT_EQ(canonical.text, expected(".creq"));
    EXPECT_EQ(StringToSign(canonical, kScope), expected(".sts"));
    EXPECT_EQ(SigV4Authorization(kKeyId, SigningKey(kSecret, kScope), raw.request, kScope),
              expected(".authz"));
    ++passed;
  }
  EXPECT_EQ(passed, 34);
}

TEST(SigV4Test, APathIsSignedWithOneEncodingMoreThanItHasOnTheWire) {
  const SigV4Request request{.target = "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse",
                             .headers = {{"Host", "h"}},
                             .body_digest = HexDigest("")};
  EXPECT_EQ(Canonical(request).text,
            "POST\n/model/anthropic.claude-3-sonnet-20240229-v1%253A0/converse\n\nhost:h\n\nhost\n" +
                HexDigest(""));
}

TEST(SigV4Test, AnEncodedQueryIsNotEncodedAgain) {
  const SigV4Request request{.target = "/?b=x%20y&a", .headers = {{"Host", "h"}}, .body_digest = "d"};
  EXPECT_EQ(Canonical(request).text, "POST\n/\na=&b=x%20y\nhost:h\n\nhost\nd");
}

TEST(SigV4Test, TimeIsWrittenInUtc) {
  EXPECT_EQ(AmzTime(std::chrono::system_clock::from_time_t(1440938160)), "20150830T123600Z");
}

class AwsSignerTest : public ::testing::Test {
 protected:
  HttpRequest Signed(std::string token, std::time_t time = 1440938160) {
    AwsKeys keys{SecretString(kKeyId), SecretString(kSecret), SecretString(std::move(token))};
    AwsSigner signer(std::move(keys), "us-east-1", "bedrock-runtime.us-east-1.amazonaws.com");
    return SignedBy(signer, time);
  }

  static HttpRequest SignedBy(AwsSigner& signer, std::time_t time) {
    HttpRequest request{
        "/model/m%3A0/converse", {{"Content-Type", "application/json"}, {"Accept", "*/*"}}, "{}"};
    signer.Sign(std::chrono::system_clock::from_time_t(time), request);
    return request;
  }

  static std::string Find(const HttpRequest& request, std::string_view name) {
    const std::string* value = FindHeader(request.headers, name);
    return value == nullptr ? "" : *value;
  }
};

TEST_F(AwsSignerTest, SignsTheHostAndWhatDescribesTheBody) {
  const HttpRequest request = Signed("");
  EXPECT_EQ(Find(request, "X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(Find(request, "X-Amz-Content-Sha256"), HexDigest("{}"));
  EXPECT_EQ(FindHeader(request.headers, "X-Amz-Security-Token"), nullptr);
  EXPECT_EQ(Find(request, "Authorization").substr(0, 156),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/bedrock/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=");
}

TEST_F(AwsSignerTest, ASessionTokenIsSentAndSigned) {
  const HttpRequest request = Signed("the-token");
  EXPECT_EQ(Find(request, "X-Amz-Security-Token"), "the-token");
  EXPECT_NE(Find(request, "Authorization").find("x-amz-date;x-amz-security-token,"), std::string::npos);
  EXPECT_NE(Find(request, "Authorization"), Find(Signed("another"), "Authorization"));
}

TEST_F(AwsSignerTest, TheNextDayIsSignedWithTheNextDaysKey) {
  AwsSigner signer({SecretString(kKeyId), SecretString(kSecret), {}}, "us-east-1",
                   "bedrock-runtime.us-east-1.amazonaws.com");
  SignedBy(signer, 1440938160);
  const std::time_t tomorrow = 1440938160 + 86400;
  EXPECT_EQ(Find(SignedBy(signer, tomorrow), "Authorization"), Find(Signed("", tomorrow), "Authorization"));
}

}  // namespace
}  // namespace spillway::server
