#include "server/secret_scrubber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Nothing about it looks like a key.
constexpr char kKey[] = "velvet/marble+lantern=";

SecretScrubber Knowing(const std::string& key) {
  EndpointSecrets secrets;
  secrets.api_key = SecretString(std::string(key));
  return SecretScrubber(secrets);
}

std::string Scrubbed(std::string text, const std::string& key = kKey) {
  Knowing(key).Scrub(text);
  return text;
}

TEST(SecretScrubberTest, AWordThatHoldsOfTheKeyGoes) {
  for (const std::string& form :
       {std::string(kKey), absl::Base64Escape(kKey), absl::WebSafeBase64Escape(kKey),
        absl::BytesToHexString(kKey), absl::AsciiStrToUpper(absl::BytesToHexString(kKey)),
        std::string("velvet%2Fmarble%2Blantern%3D"), std::string("velvet%2fmarble%2blantern%3d"),
        std::string("velvet/marbl"), std::string("velvet/marbl********ern="), std::string("lantern="),
        std::string("VELVET/MARBLE"), absl::Base64Escape(absl::StrCat("user:", kKey)),
        absl::Base64Escape(absl::StrCat("a user:", kKey)),
        absl::Base64Escape(absl::StrCat("my user:", kKey))}) {
    EXPECT_EQ(Scrubbed(absl::StrCat("the key '", form, "' is wrong")), "the key '[redacted]' is wrong")
        << form;
    EXPECT_EQ(Scrubbed(form), "[redacted]");
  }
}

TEST(SecretScrubberTest, AKeyWithSpacesGoesWhole) {
  EXPECT_EQ(Scrubbed("got <two words>, expected another", "two words"), "got <[redacted]>, expected another");
}

TEST(SecretScrubberTest, EverythingElseStays) {
  for (const char* text :
       {"", "velvet", "a marble, a lantern", "Rate limit reached for gpt-4o", "velvet metal"}) {
    EXPECT_EQ(Scrubbed(text), text);
  }
}

TEST(SecretScrubberTest, AShortKeyGoesWholeAndAPlaceholderIsNoKey) {
  EXPECT_EQ(Scrubbed("'Hunter2' is wrong", "hunter2"), "'[redacted]' is wrong");
  EXPECT_EQ(Scrubbed("hunter is wrong", "hunter2"), "hunter is wrong");
  EXPECT_EQ(Scrubbed("the message is EMPTY", "EMPTY"), "the message is EMPTY");
  EXPECT_EQ(Scrubbed("nothing is known", ""), "nothing is known");
}

TEST(SecretScrubberTest, AllOfAmazonsAreKnown) {
  EndpointSecrets secrets;
  secrets.aws = {SecretString("AKIDEXAMPLE"), SecretString("walnut-orchard-gate"),
                 SecretString("copper-kettle-song")};
  std::string text = "AKIDEXAMPLE/20260101 signed with walnut-orchard-gate, token copper-kettle-song";
  SecretScrubber(secrets).Scrub(text);
  EXPECT_EQ(text, "[redacted] signed with [redacted], token [redacted]");
}

TEST(SecretScrubberTest, NothingThatAProviderSaidOfAFailureIsLeftOut) {
  router::FailedAttempt failed;
  failed.message = absl::StrCat("message ", kKey);
  failed.provider_code = absl::StrCat("code ", kKey);
  failed.provider_param = absl::StrCat("param ", kKey);
  Knowing(kKey).Scrub(failed);
  EXPECT_EQ(failed.message, "message [redacted]");
  EXPECT_EQ(failed.provider_code, "code [redacted]");
  EXPECT_EQ(failed.provider_param, "param [redacted]");
}

TEST(SecretScrubberTest, AnIdIsLookedAtCloselyOnlyIfItMayHoldAKey) {
  const SecretScrubber scrubber = Knowing(kKey);
  for (int before = 0; before < 9; ++before) {
    std::string id = absl::StrCat(std::string(static_cast<std::size_t>(before), 'x'), kKey);
    scrubber.ScrubId(id);
    EXPECT_EQ(id, "[redacted]") << before;
  }
  std::string id = "chatcmpl-velvet/marbl";
  scrubber.ScrubId(id);
  EXPECT_THAT(id, Not(HasSubstr("redacted")));
}

}  // namespace
}  // namespace spillway::server
