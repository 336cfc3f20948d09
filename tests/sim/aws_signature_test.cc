#include "tests/sim/aws_signature.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway::sim {
namespace {

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kBody[] = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

class AwsSignatureTest : public ::testing::Test {
 protected:
  // Signed by another implementation at kNow, with the path encoded twice.
  static Request Signed() {
    return {"POST",
            "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse",
            {{"host", "bedrock-runtime.us-east-1.amazonaws.com"},
             {"x-amz-date", "20231114T221320Z"},
             {"authorization",
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/bedrock/aws4_request, "
              "SignedHeaders=host;x-amz-date, "
              "Signature=1f13179e464e7f015ed75938e74bbf6eaf484213683ba8fec44a6c96afb723c9"}},
            kBody};
  }

  // The type of the refusal; "": none.
  std::string Refusal(const Request& request, std::chrono::seconds later = {}) const {
    const auto refusal = FindAwsRefusal(request, credentials_, "bedrock", kNow + later);
    return refusal ? refusal->type : "";
  }

  static std::string& Header(Request& request, const std::string& name) {
    for (auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return request.headers.emplace_back(name, "").second;
  }

  AwsCredentials credentials_{"AKIDEXAMPLE", kSecret, ""};
};

TEST_F(AwsSignatureTest, TheDocumentationsExampleVerifies) {
  const Request request{"GET",
                        "/",
                        {{"host", "example.amazonaws.com"},
                         {"x-amz-date", "20150830T123600Z"},
                         {"authorization",
                          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                          "SignedHeaders=host;x-amz-date, "
                          "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"}}};
  const std::chrono::system_clock::time_point then{std::chrono::seconds(1'440'938'160)};
  const auto refusal = FindAwsRefusal(request, credentials_, "service", then);
  EXPECT_FALSE(refusal) << refusal->message;
}

TEST_F(AwsSignatureTest, APathIsEncodedTwice) { EXPECT_EQ(Refusal(Signed()), ""); }

TEST_F(AwsSignatureTest, WhateverIsSignedCannotBeChanged) {
  const auto changed = [&](auto change) {
    Request request = Signed();
    change(request);
    return Refusal(request);
  };
  EXPECT_EQ(changed([](Request& r) { r.body += " "; }), "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { r.method = "PUT"; }), "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { r.target += "?a=b"; }), "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { r.target = "/model/other/converse"; }), "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { Header(r, "host") = "elsewhere"; }), "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { Header(r, "x-amz-content-sha256") = "0"; }),
            "InvalidSignatureException");
  EXPECT_EQ(changed([](Request& r) { Header(r, "x-unsigned") = "0"; }), "");
  credentials_.secret = "other";
  EXPECT_EQ(Refusal(Signed()), "InvalidSignatureException");
}

TEST_F(AwsSignatureTest, ASessionsTokenIsSentAndSigned) {
  credentials_.session_token = "TOKEN";
  Request request = Signed();
  EXPECT_EQ(Refusal(request), "UnrecognizedClientException");
  Header(request, "x-amz-security-token") = "TOKEN";
  EXPECT_EQ(Refusal(request), "InvalidSignatureException");
  Header(request, "authorization") =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/bedrock/aws4_request, "
      "SignedHeaders=host;x-amz-date;x-amz-security-token, "
      "Signature=7b1b1aa79ba5a04e085c9cb0fcba5005a78b57eb6b76b6084ab6d6028fefdfde";
  EXPECT_EQ(Refusal(request), "");
}

TEST_F(AwsSignatureTest, ASignatureHoldsForFiveMinutesEitherWay) {
  EXPECT_EQ(Refusal(Signed(), std::chrono::seconds(300)), "");
  EXPECT_EQ(Refusal(Signed(), std::chrono::seconds(-300)), "");
  EXPECT_EQ(Refusal(Signed(), std::chrono::seconds(301)), "InvalidSignatureException");
  EXPECT_EQ(Refusal(Signed(), std::chrono::seconds(-301)), "InvalidSignatureException");
}

TEST_F(AwsSignatureTest, AScopeIsTheServicesOwn) {
  const auto refusal = FindAwsRefusal(Signed(), credentials_, "s3", kNow);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message, "Credential should be scoped to correct service: 's3'.");
  credentials_.access_key = "OTHER";
  EXPECT_EQ(Refusal(Signed()), "UnrecognizedClientException");
  Request vague = Signed();
  Header(vague, "authorization") = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE";
  EXPECT_EQ(Refusal(vague), "IncompleteSignatureException");
}

TEST(AwsCredentialsTest, AKeyIsTwoOrThreeParts) {
  EXPECT_FALSE(AwsCredentialsOf("bearer-key"));
  EXPECT_EQ(AwsCredentialsOf("A:S")->secret, "S");
  EXPECT_EQ(AwsCredentialsOf("A:S")->session_token, "");
  EXPECT_EQ(AwsCredentialsOf("A:S:T")->session_token, "T");
}

}  // namespace
}  // namespace spillway::sim
