#include "server/openai/key_header.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/key_digest.h"

namespace spillway::server {
namespace {

constexpr char kKey[] = "key-of-checkout";

// Who the headers are from: a caller's name, or why they are from nobody.
std::string Who(const HttpHeaders& headers) {
  v1::Config config;
  v1::Caller& caller = *config.add_callers();
  caller.set_name("checkout");
  caller.set_key_sha256(testing::KeyDigest(kKey));
  const CallerRegistry registry(config);
  std::string scratch;
  const Admission admission = registry.Admit(AuthorizationOf(headers, scratch), [] { return PeerNames(); });
  if (admission.identity != nullptr) return admission.identity->name;
  switch (admission.fault) {
    case KeyFault::kMissing:
      return "missing";
    case KeyFault::kRepeated:
      return "repeated";
    case KeyFault::kOversized:
      return "oversized";
    case KeyFault::kMalformed:
      return "malformed";
    case KeyFault::kUnknown:
      return "unknown";
    default:
      return "a certificate's fault";
  }
}

TEST(KeyHeaderTest, AKeyComesInEitherHeader) {
  EXPECT_EQ(Who({{"authorization", "Bearer key-of-checkout"}}), "checkout");
  EXPECT_EQ(Who({{"authorization", "bearer  key-of-checkout"}}), "checkout");
  EXPECT_EQ(Who({{"accept", "*/*"}, {"api-key", kKey}}), "checkout");
  EXPECT_EQ(Who({{"authorization", "Bearer key-of-nobody"}}), "unknown");
  EXPECT_EQ(Who({{"api-key", "key-of-nobody"}}), "unknown");
}

TEST(KeyHeaderTest, TheSameKeyInBothIsOneKey) {
  for (const char* authorization :
       {"Bearer key-of-checkout", "bearer key-of-checkout", "BEARER   key-of-checkout"}) {
    EXPECT_EQ(Who({{"authorization", authorization}, {"api-key", kKey}}), "checkout") << authorization;
    EXPECT_EQ(Who({{"api-key", kKey}, {"authorization", authorization}}), "checkout") << authorization;
  }
}

TEST(KeyHeaderTest, TwoKeysAreRefusedWhicheverTheyAre) {
  EXPECT_EQ(Who({{"authorization", "Bearer key-of-checkout"}, {"api-key", "another"}}), "repeated");
  EXPECT_EQ(Who({{"authorization", "Bearer another"}, {"api-key", kKey}}), "repeated");
  EXPECT_EQ(Who({{"authorization", "Basic key-of-checkout"}, {"api-key", kKey}}), "repeated");
  EXPECT_EQ(Who({{"authorization", ""}, {"api-key", kKey}}), "repeated");
  EXPECT_EQ(Who({{"api-key", kKey}, {"api-key", kKey}}), "repeated");
  EXPECT_EQ(Who({{"authorization", "Bearer key-of-checkout"}, {"authorization", "Bearer key-of-checkout"}}),
            "repeated");
  EXPECT_EQ(Who({{"authorization", "Bearer key-of-checkout"},
                 {"authorization", "Bearer key-of-checkout"},
                 {"api-key", kKey}}),
            "repeated");
}

TEST(KeyHeaderTest, WhatIsNoKeyIsSaidToBeNone) {
  EXPECT_EQ(Who({}), "missing");
  EXPECT_EQ(Who({{"x-api-key", kKey}}), "missing") << "another protocol's";
  EXPECT_EQ(Who({{"authorization", "key-of-checkout"}}), "malformed");
  EXPECT_EQ(Who({{"authorization", "Basic a2V5"}}), "malformed");
  EXPECT_EQ(Who({{"api-key", ""}}), "malformed");
  EXPECT_EQ(Who({{"api-key", "key of checkout"}}), "malformed");
  EXPECT_EQ(Who({{"api-key", std::string(kMaxAuthorizationBytes, 'k')}}), "oversized");
}

}  // namespace
}  // namespace spillway::server
