#include "server/caller_registry.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/support/key_digest.h"

namespace spillway::server {
namespace {

using router::Environment;
using testing::KeyDigest;

v1::Caller& Add(v1::Config& config, const std::string& name, const std::string& key) {
  v1::Caller& caller = *config.add_callers();
  caller.set_name(name);
  caller.set_key_sha256(KeyDigest(key));
  return caller;
}

v1::Config TwoCallers() {
  v1::Config config;
  Add(config, "checkout", "key-of-checkout");
  v1::Caller& ci = Add(config, "ci", "key-of-ci");
  ci.set_environment(v1::ENVIRONMENT_SANDBOX);
  ci.add_models("gpt-4o");
  return config;
}

PeerNames NoNames() { return {}; }

Admission Present(const CallerRegistry& registry, const std::string& authorization) {
  return registry.Admit({1, authorization}, NoNames);
}

// The name of who presents `authorization`; nothing: nobody.
std::optional<std::string> Who(const CallerRegistry& registry, const std::string& authorization) {
  const Admission admission = Present(registry, authorization);
  if (admission.identity == nullptr) return std::nullopt;
  return admission.identity->name;
}

TEST(CallerRegistryTest, EachCallerIsKnownByItsKey) {
  const CallerRegistry registry(TwoCallers());
  EXPECT_FALSE(registry.open());
  const Admission checkout = Present(registry, "Bearer key-of-checkout");
  ASSERT_NE(checkout.identity, nullptr);
  EXPECT_EQ(checkout.identity->name, "checkout");
  EXPECT_EQ(checkout.identity->environment, Environment::kProduction) << "where the file is silent";
  EXPECT_TRUE(checkout.identity->MayAskFor("any-model"));
  EXPECT_TRUE(checkout.identity->MayAskAbout(Environment::kProduction));
  EXPECT_FALSE(checkout.identity->MayAskAbout(Environment::kSandbox));
  const Admission ci = Present(registry, "Bearer key-of-ci");
  ASSERT_NE(ci.identity, nullptr);
  EXPECT_EQ(ci.identity->name, "ci");
  EXPECT_EQ(ci.identity->environment, Environment::kSandbox);
  EXPECT_TRUE(ci.identity->MayAskFor("gpt-4o"));
  EXPECT_FALSE(ci.identity->MayAskFor("gpt-4o-mini"));
  EXPECT_FALSE(ci.identity->MayAskFor("GPT-4o"));
  EXPECT_FALSE(ci.identity->MayAskAbout(Environment::kProduction));
}

TEST(CallerRegistryTest, WithoutCallersEverybodyIsLetInAndInProduction) {
  const CallerRegistry registry{v1::Config()};
  EXPECT_TRUE(registry.open());
  const std::string endless(1 << 20, 'k');
  for (const Authorization& presented : {Authorization{}, Authorization{1, "Basic ???"},
                                         Authorization{2, "Bearer x"}, Authorization{1, endless}}) {
    const Admission admission = registry.Admit(presented, NoNames);
    ASSERT_NE(admission.identity, nullptr);
    EXPECT_EQ(admission.identity->name, "");
    EXPECT_EQ(admission.identity->environment, Environment::kProduction);
    EXPECT_TRUE(admission.identity->MayAskFor("any-model"));
    EXPECT_TRUE(admission.identity->MayAskAbout(Environment::kSandbox));
  }
}

TEST(CallerRegistryTest, TheDigestMayBeWrittenInEitherCase) {
  v1::Config config = TwoCallers();
  config.mutable_callers(0)->set_key_sha256(absl::AsciiStrToUpper(config.callers(0).key_sha256()));
  EXPECT_EQ(Who(CallerRegistry(config), "Bearer key-of-checkout"), "checkout");
}

TEST(CallerRegistryTest, TheSchemeIsOfAnyCaseAndSpacing) {
  const CallerRegistry registry(TwoCallers());
  for (const char* written : {"bearer key-of-ci", "BEARER key-of-ci", "bEaReR   key-of-ci"}) {
    EXPECT_EQ(Who(registry, written), "ci") << written;
  }
}

TEST(CallerRegistryTest, TheLastOfManyIsFoundAndNoneIsMistakenForAnother) {
  v1::Config config;
  for (int i = 0; i < 300; ++i) Add(config, absl::StrCat("caller-", i), absl::StrCat("key-", i));
  const CallerRegistry registry(config);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(Who(registry, absl::StrCat("Bearer key-", i)), absl::StrCat("caller-", i));
  }
  EXPECT_EQ(Who(registry, "Bearer key-300"), std::nullopt);
}

// Each byte of the digest counts, the last one too.
TEST(CallerRegistryTest, ADigestThatDiffersInOneBitIsAnothers) {
  const std::string digest = KeyDigest("key");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    std::string other = digest;
    other[i] = other[i] == '0' ? '1' : other[i] == '8' ? '9' : other[i] == 'a' ? 'b' : '0';
    v1::Config config;
    Add(config, "near", "unused").set_key_sha256(other);
    EXPECT_EQ(Who(CallerRegistry(config), "Bearer key"), std::nullopt) << i;
  }
}

struct Fault {
  Authorization presented;
  KeyFault fault;
};

TEST(CallerRegistryTest, WhatIsWrongWithAKeyIsSaid) {
  const CallerRegistry registry(TwoCallers());
  const std::string longest = "Bearer " + std::string(kMaxAuthorizationBytes - 7, 'k');
  const std::string too_long = longest + "k";
  const std::vector<Fault> faults = {
      {{}, KeyFault::kMissing},
      {{2, "Bearer key-of-ci"}, KeyFault::kRepeated},
      {{1, longest}, KeyFault::kUnknown},
      {{1, too_long}, KeyFault::kOversized},
      {{1, ""}, KeyFault::kMalformed},
      {{1, "Bearer"}, KeyFault::kMalformed},
      {{1, "Bearer "}, KeyFault::kMalformed},
      {{1, "Bearer   "}, KeyFault::kMalformed},
      {{1, "key-of-ci"}, KeyFault::kMalformed},
      {{1, "Basic key-of-ci"}, KeyFault::kMalformed},
      {{1, "Bearerkey-of-ci"}, KeyFault::kMalformed},
      {{1, " Bearer key-of-ci"}, KeyFault::kMalformed},
      {{1, "Bearer\tkey-of-ci"}, KeyFault::kMalformed},
      {{1, "Bearer key-of-ci "}, KeyFault::kMalformed},
      {{1, "Bearer key-of-ci, Bearer key-of-checkout"}, KeyFault::kMalformed},
      {{1, "Bearer clé"}, KeyFault::kMalformed},
      {{1, std::string_view("Bearer key-of-ci\0", 17)}, KeyFault::kMalformed},
      {{1, "Bearer key-of-c"}, KeyFault::kUnknown},
      {{1, "Bearer key-of-cix"}, KeyFault::kUnknown},
      {{1, "Bearer KEY-OF-CI"}, KeyFault::kUnknown},
      {{1, "Bearer ci"}, KeyFault::kUnknown},
  };
  for (const Fault& c : faults) {
    const Admission admission = registry.Admit(c.presented, NoNames);
    EXPECT_EQ(admission.identity, nullptr) << c.presented.value;
    EXPECT_EQ(admission.fault, c.fault) << c.presented.value;
  }
}

// A reader of the configuration must not be able to call with what it says.
TEST(CallerRegistryTest, TheDigestItselfIsNoKey) {
  const CallerRegistry registry(TwoCallers());
  EXPECT_EQ(Who(registry, "Bearer " + KeyDigest("key-of-ci")), std::nullopt);
}

TEST(CallerRegistryTest, AnIdentityOutlivesItsRegistry) {
  std::optional<CallerRegistry> registry(std::in_place, TwoCallers());
  const std::shared_ptr<const Identity> ci = Present(*registry, "Bearer key-of-ci").identity;
  registry.reset();
  EXPECT_EQ(ci->name, "ci");
  EXPECT_FALSE(ci->MayAskFor("llama"));
}

// "checkout" by key or certificate, "ci" by certificate only.
v1::Config CallersWithCertificates() {
  v1::Config config;
  v1::Caller& checkout = Add(config, "checkout", "key-of-checkout");
  checkout.add_san("spiffe://here/checkout");
  checkout.add_san("checkout.example");
  v1::Caller& ci = *config.add_callers();
  ci.set_name("ci");
  ci.add_san("spiffe://here/ci");
  return config;
}

// The name of who has a certificate of those names, and sends no key; or why nobody has.
std::variant<std::string, KeyFault> WhoIs(const CallerRegistry& registry, const PeerNames& names) {
  const Admission admission = registry.Admit({}, [&] { return names; });
  if (admission.identity == nullptr) return admission.fault;
  return admission.identity->name;
}

TEST(CallerRegistryTest, WithoutAKeyTheCertificateDecides) {
  using Who = std::variant<std::string, KeyFault>;
  const CallerRegistry registry(CallersWithCertificates());
  EXPECT_FALSE(registry.open());
  const struct {
    PeerNames names;
    Who who;
  } cases[] = {
      {{"spiffe://here/ci"}, "ci"},
      {{"spiffe://here/checkout"}, "checkout"},
      {{"unknown.example", "checkout.example"}, "checkout"},
      {{"checkout.example", "spiffe://here/checkout"}, "checkout"},
      {{"checkout.example", "spiffe://here/ci"}, KeyFault::kAmbiguousCertificate},
      {{"spiffe://here/ci", "unknown.example", "checkout.example"}, KeyFault::kAmbiguousCertificate},
      {{"unknown.example"}, KeyFault::kUnknownCertificate},
      {{"CHECKOUT.example"}, KeyFault::kUnknownCertificate},
      {{"a.checkout.example"}, KeyFault::kUnknownCertificate},
      {{"checkout.example."}, KeyFault::kUnknownCertificate},
      {{std::string("checkout.example\0", 17)}, KeyFault::kUnknownCertificate},
      {{""}, KeyFault::kUnknownCertificate},
      {{}, KeyFault::kMissing},
  };
  for (const auto& c : cases) EXPECT_EQ(WhoIs(registry, c.names), c.who) << ::testing::PrintToString(c.names);
}

TEST(CallerRegistryTest, AKeyDecidesWhateverTheCertificateSays) {
  const CallerRegistry registry(CallersWithCertificates());
  const auto ci = [] { return PeerNames{"spiffe://here/ci"}; };
  EXPECT_EQ(registry.Admit({1, "Bearer key-of-checkout"}, ci).identity->name, "checkout");
  EXPECT_EQ(registry.Admit({1, "Bearer key-of-nobody"}, ci).fault, KeyFault::kUnknown);
  EXPECT_EQ(registry.Admit({1, "Bearer key-of-nobody"}, ci).identity, nullptr);
  EXPECT_EQ(registry.Admit({1, ""}, ci).fault, KeyFault::kMalformed);
  EXPECT_EQ(registry.Admit({2, "Bearer key-of-checkout"}, ci).fault, KeyFault::kRepeated);
}

TEST(CallerRegistryTest, NobodyIsAskedForACertificateThatDecidesNothing) {
  const auto never = []() -> PeerNames {
    ADD_FAILURE();
    return {};
  };
  EXPECT_EQ(CallerRegistry(TwoCallers()).Admit({}, never).fault, KeyFault::kMissing);
  EXPECT_NE(CallerRegistry(v1::Config()).Admit({}, never).identity, nullptr);
  EXPECT_NE(CallerRegistry(CallersWithCertificates()).Admit({1, "Bearer key-of-checkout"}, never).identity,
            nullptr);
}

TEST(CallerRegistryTest, IdentitiesAreNumberedAsTheyStand) {
  const CallerRegistry registry(CallersWithCertificates());
  EXPECT_EQ(Present(registry, "Bearer key-of-checkout").identity->index, 0u);
  EXPECT_EQ(registry.Admit({}, [] { return PeerNames{"spiffe://here/ci"}; }).identity->index, 1u);
}

}  // namespace
}  // namespace spillway::server
