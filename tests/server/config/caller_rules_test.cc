// Callers: what is refused, where, and that no message repeats what may be a key.
#include "tests/server/config/config_text.h"

namespace spillway::server {
namespace {

constexpr char kCallers[] = R"(callers:
  - name: checkout
    key_sha256: 6bf1e1e0d9d3ac0a1f4f6c1f5c52cc9eab0efb2a1fc3a5ad7ba0ad0cd6c4d101
  - name: ci
    key_sha256: "0123456789ABCDEFabcdef0123456789ABCDEFabcdef0123456789abcdef0123"
    environment: sandbox
    models: [gpt-4o]
)";

constexpr char kFirstDigest[] = "6bf1e1e0d9d3ac0a1f4f6c1f5c52cc9eab0efb2a1fc3a5ad7ba0ad0cd6c4d101";
constexpr char kSecondDigest[] = "\"0123456789ABCDEFabcdef0123456789ABCDEFabcdef0123456789abcdef0123\"";
constexpr char kModels[] = "models: [gpt-4o]\n";

// The sandbox has one policy, for gpt-4o; production has a primary endpoint.
std::string Good() { return std::string(kGoodConfig) + kCallers; }

std::string ErrorsOf(const std::string& text) { return FormatErrors("f", ParseConfig(text, "f").errors); }

class CallerMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(CallerMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam(), Good()); }

Mistake Digest(std::string name, const std::string& value, std::string what) {
  return {std::move(name), kFirstDigest, "@@" + value, "callers[0].key_sha256", std::move(what)};
}

Mistake Model(std::string name, const std::string& model, std::string what) {
  return {std::move(name), kModels, "models: [gpt-4o, @@" + model + "]\n", "callers[1].models[1]",
          std::move(what)};
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Names, CallerMistake, ::testing::Values(
    Mistake{"NoName", "  - name: checkout\n    key", "  - @@key", "callers[0].name", "this caller needs a name"},
    Mistake{"TwoOfOneName", "name: ci", "name: @@checkout", "callers[1].name", "another caller is named \"checkout\", on line "},
    Mistake{"ANameOfOddCharacters", "name: ci", "name: @@\"c i\"", "callers[1].name", "a name is made of"},
    Mistake{"UnknownEnvironment", "environment: sandbox\n    models", "environment: @@staging\n    models", "callers[1].environment", "unknown value \"staging\""},
    Mistake{"UnknownKey", "    environment: sandbox\n    models", "    @@model: gpt-4o\n    environment: sandbox\n    models", "callers[1].model", "did you mean \"models\""}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Digests, CallerMistake, ::testing::Values(
    Mistake{"None", "  - name: checkout\n    key_sha256: " + std::string(kFirstDigest), "  - @@name: checkout", "callers[0].key_sha256", "needs the SHA-256 of its key: printf %s \"$KEY\" | sha256sum"},
    Digest("TooShort", std::string(63, 'a'), "64 hex digits and nothing else"),
    Digest("TooLong", std::string(65, 'a'), "64 hex digits and nothing else"),
    Digest("NotHex", std::string(63, 'a') + "g", "64 hex digits and nothing else"),
    Digest("WithWhatSha256sumPrintsAfterIt", std::string(64, 'a') + "  -", "64 hex digits and nothing else"),
    Digest("OfAnEmptyKey", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "is the SHA-256 of an empty key"),
    Digest("OfALineBreak", "01BA4719C80B6FE911B091A7C05124B64EEECE964E09C058EF8F9805DACA546B", "is the SHA-256 of an empty key"),
    Digest("AList", "[a]", "expected a text, found a list"),
    Mistake{"TheSameAsAnothers", kSecondDigest, "@@" + std::string(kFirstDigest), "callers[1].key_sha256", "another caller has the same key, on line "},
    Mistake{"TheSameInOtherLetters", kSecondDigest, "@@6BF1E1E0D9D3AC0A1F4F6C1F5C52CC9EAB0EFB2A1FC3A5AD7BA0AD0CD6C4D101", "callers[1].key_sha256", "another caller has the same key, on line "}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Models, CallerMistake, ::testing::Values(
    Model("ListedTwice", "gpt-4o", "the model \"gpt-4o\" is listed twice"),
    Model("NotPrintable", "\"gpt\\t4\"", "must be printable ASCII"),
    Model("NotAscii", "modèle", "must be printable ASCII"),
    Model("OfNoPolicy", "gpt-4oo", "no policy names the model \"gpt-4oo\" in sandbox, and sandbox has no primary endpoint; did you mean \"gpt-4o\"?"),
    Model("FarFromAnyName", "llama", "no policy names the model \"llama\" in sandbox, and sandbox has no primary endpoint; known: gpt-4o"),
    Model("TheWildcard", "'*'", "is no model; to allow this caller every model, leave models out"),
    Mistake{"NoneListed", kModels, "@@models: []\n", "callers[1].models", "an empty list"}),
    MistakeName);
// clang-format on

// A listener that asks its clients for certificates, and a caller known by one.
std::string WithSan(const std::string& san) {
  constexpr char kGrpc[] = "grpc: {address: \"127.0.0.1:0\"}";
  return Edited(kGoodConfig, kGrpc,
                "grpc: {address: \"127.0.0.1:0\", tls: {cert_file: c, key_file: k, client_ca_file: ca}}") +
         "callers:\n  - {name: shop, san: " + san + "}\n";
}

TEST(CallerRules, ACallerMayBeKnownByItsCertificateAlone) {
  const ConfigResult result = ParseConfig(WithSan("[\"spiffe://a/b\", shop.svc]"), "f");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
}

TEST(CallerRules, ANameInACertificateIsVisibleAsciiAndOneCallersOnly) {
  for (const auto& [san, what] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "an empty list"},
           {"[\"a b\"]", "must be a URI or a DNS name"},
           {"[\"" + std::string(2049, 'a') + "\"]", "at most 2048 bytes"},
           {"[a, a]", "is named already, on line "}}) {
    EXPECT_NE(ErrorsOf(WithSan(san)).find(what), std::string::npos) << ErrorsOf(WithSan(san));
  }
}

TEST(CallerRules, ANameInACertificateNeedsAListenerThatAsksForOne) {
  const std::string errors = ErrorsOf(std::string(kGoodConfig) + "callers:\n  - {name: shop, san: [a]}\n");
  EXPECT_NE(errors.find("callers[0].san: no listener asks for client certificates"), std::string::npos)
      << errors;
}

TEST(CallerRules, ACallersOwnBoundIsOneAtLeast) {
  const std::string text = Good() + "    max_calls_in_flight: 0\n";
  EXPECT_NE(ErrorsOf(text).find("callers[1].max_calls_in_flight: must be from 1 to 1000000"),
            std::string::npos);
}

TEST(CallerRules, AnEmptyListOfCallersDoesNotOpenTheServer) {
  const ConfigResult result = ParseConfig(std::string(kGoodConfig) + "callers: []\n", "f");
  ASSERT_EQ(result.errors.size(), 1u) << FormatErrors("f", result.errors);
  EXPECT_EQ(result.errors[0].path, "callers");
  EXPECT_EQ(result.errors[0].what,
            "an empty list would let everybody in; if that is meant, leave the key out");
}

TEST(CallerRules, GoodCallersAreReadAsWritten) {
  const ConfigResult result = ParseConfig(Good(), "f");
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  const v1::Config& config = result.loaded->config;
  ASSERT_EQ(config.callers_size(), 2);
  EXPECT_EQ(config.callers(0).key_sha256(), kFirstDigest);
  EXPECT_EQ(config.callers(0).environment(), v1::ENVIRONMENT_UNSPECIFIED);
  EXPECT_EQ(config.callers(1).environment(), v1::ENVIRONMENT_SANDBOX);
  EXPECT_EQ(config.callers(1).models(0), "gpt-4o");
}

// A bare scalar of digits alone must not be taken for a number.
TEST(CallerRules, ADigestOfDigitsNeedsNoQuotes) {
  const std::string digits(64, '7');
  const ConfigResult result = ParseConfig(Edited(Good(), kFirstDigest, digits), "f");
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  EXPECT_EQ(result.loaded->config.callers(0).key_sha256(), digits);
}

TEST(CallerRules, APrimaryEndpointServesAnyModelOfItsEnvironment) {
  const std::string asks_for_llama = Edited(Good(), kModels, "models: [llama]\n");
  EXPECT_NE(ErrorsOf(asks_for_llama), "");
  EXPECT_EQ(ErrorsOf(Edited(asks_for_llama, "environment: sandbox\n    models", "models")), "")
      << "production has one";
  EXPECT_EQ(ErrorsOf(Edited(asks_for_llama, "environment: sandbox\npolicies",
                            "environment: sandbox\n    primary: true\npolicies")),
            "");
}

TEST(CallerRules, AWildcardPolicyServesAnyModelOfItsEnvironment) {
  const std::string asks_for_llama = Edited(Good(), kModels, "models: [llama]\n");
  const std::string wildcard = "policies:\n  - {name: rest, model: \"*\", ";
  EXPECT_EQ(
      ErrorsOf(Edited(asks_for_llama, "policies:\n",
                      wildcard + "sandbox: {failover: {targets: [{endpoint: test, model: gpt-4o}]}}}\n")),
      "");
  EXPECT_NE(
      ErrorsOf(Edited(asks_for_llama, "policies:\n",
                      wildcard + "production: {failover: {targets: [{endpoint: box, model: llama}]}}}\n")),
      "")
      << "it is the other environment's";
}

TEST(CallerRules, APolicyOfTheOtherEnvironmentServesNobodyHere) {
  const std::string text =
      Edited(Good(), "    sandbox:\n      failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}\n", "");
  EXPECT_NE(ErrorsOf(text).find("no policy names the model \"gpt-4o\" in sandbox"), std::string::npos)
      << ErrorsOf(text);
}

// One mistake, one error: what could not be read may be what the caller's model needs.
TEST(CallerRules, AMistakeElsewhereMakesNoModelDangle) {
  const std::string asks_for_llama = Edited(Good(), kModels, "models: [llama]\n");
  const std::string in_sandbox = "environment: sandbox\npolicies";
  const std::pair<std::string, std::string> edits[] = {
      {"policies:\n", "polices:\n"},
      {"    model: gpt-4o\n    production", "    model: [gpt-4o]\n    production"},
      {"    model: gpt-4o\n    production", "    production"},
      {in_sandbox, "environment: sandbox\n    primary: yes\npolicies"},
      {in_sandbox, "enviroment: sandbox\n    primary: true\npolicies"},
      {in_sandbox, "environment: sndbox\n    primary: true\npolicies"},
      {"environment: sandbox\n    models", "environment: sndbox\n    models"},
      {"environment: sandbox\n    models", "enviroment: sandbox\n    models"},
  };
  for (const auto& [from, to] : edits) {
    const std::string errors = ErrorsOf(Edited(asks_for_llama, from, to));
    EXPECT_NE(errors, "");
    EXPECT_EQ(errors.find("llama"), std::string::npos) << errors;
  }
}

TEST(CallerRules, ASectionThatCouldNotBeReadMayHaveNamedTheModel) {
  constexpr char kSection[] = "sandbox:\n      failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}";
  for (const char* written : {"sandbox: ~", "sandbox: 5", "sandbx: 5"}) {
    const std::string errors = ErrorsOf(Edited(Good(), kSection, written));
    EXPECT_NE(errors, "") << written;
    EXPECT_EQ(errors.find("callers"), std::string::npos) << errors;
  }
}

TEST(CallerRules, WhatMayBeAKeyIsNeverRepeated) {
  for (const char* value : {"hunter2", "\"hunter2\"", "[hunter2]", "{hunter2: x}", "{env: hunter2}",
                            "hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunte",
                            "*hunter2", "&a hunter2", "!!str hunter2", "'hunter2", "\"\\qhunter2\""}) {
    const std::string errors = ErrorsOf(Edited(Good(), kFirstDigest, value));
    EXPECT_NE(errors, "") << value;
    EXPECT_EQ(errors.find("hunter2"), std::string::npos) << errors;
  }
  // Beside the key it belongs to.
  for (const char* key : {"key", "key_256", "api_key", "sha256"}) {
    const std::string errors =
        ErrorsOf(Edited(Good(), "key_sha256: " + std::string(kFirstDigest), std::string(key) + ": hunter2"));
    EXPECT_NE(errors.find("unknown key"), std::string::npos) << errors;
    EXPECT_EQ(errors.find("hunter2"), std::string::npos) << errors;
  }
  // A colon in the wrong place makes one key of both.
  const std::string errors =
      ErrorsOf(Edited(Good(), "key_sha256: " + std::string(kFirstDigest), "key_sha256 hunter2:"));
  EXPECT_NE(errors.find("is there a colon missing?"), std::string::npos) << errors;
  EXPECT_EQ(errors.find("hunter2"), std::string::npos) << errors;
}

}  // namespace
}  // namespace spillway::server
