// `api: azure_openai` and the `api_version` of its endpoints.
#include <gtest/gtest.h>

#include <string>

#include "tests/server/config/config_text.h"

namespace spillway::server {
namespace {

constexpr char kBefore[] =
    "{name: local, api: openai}\nendpoints:\n  - name: prod\n    provider: openai\n"
    "    url: https://api.openai.com/v1\n";

// The production endpoint as one of Azure's, with the lines `more`.
std::string Azure(const std::string& more, const std::string& url = "https://x.openai.azure.com") {
  return "{name: local, api: azure_openai}\nendpoints:\n  - name: prod\n    provider: local\n    url: " +
         url + "\n" + more;
}

Mistake Version(std::string name, const std::string& version) {
  return {std::move(name), kBefore, Azure("    api_version: @@" + version + "\n"), "endpoints[0].api_version",
          "a date, as in 2024-10-21 or 2024-12-01-preview, or a word, as in preview"};
}

class ApiVersionMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ApiVersionMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Versions, ApiVersionMistake,
    ::testing::Values(Version("ShortDate", "2024-10-1"), Version("NoDashes", "20241021"),
                      Version("OtherSuffix", "2024-10-21-beta"), Version("DashAtTheEnd", "2024-10-21-"),
                      Version("AQueryOfItsOwn", "preview&x=1"), Version("APath", "v1/x"),
                      Version("ASpace", "'2024-10-21 '"), Version("AKey", "'api-version=2024-10-21'"),
                      Version("BeyondAscii", "prévue"), Version("DashFirst", "'-preview'"),
                      Version("TooLong", std::string(65, 'v'))),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(
    Places, ApiVersionMistake,
    ::testing::Values(
        Mistake{"AtAnotherApi", "url: https://api.openai.com/v1",
                "url: https://api.openai.com/v1\n    api_version: @@2024-10-21", "endpoints[0].api_version",
                "has no effect: the provider \"openai\" speaks openai, and only azure_openai and anthropic "
                "have api-versions"},
        Mistake{"OfTheOtherUrls", kBefore,
                Azure("    api_version: @@2024-10-21\n", "https://x.openai.azure.com/openai/v1/"),
                "endpoints[0].api_version", "a date is the version of deployment URLs"},
        // The one mistake is the provider's name.
        Mistake{"NothingIsKnownOfTheProvider", kBefore,
                "{name: local, api: openai}\nendpoints:\n  - name: prod\n    provider: @@lokal\n"
                "    url: https://api.openai.com/v1\n    api_version: '?'\n",
                "endpoints[0].provider", "there is no provider \"lokal\""}),
    MistakeName);

v1::Config MustParse(const std::string& azure) {
  const ConfigResult result = ParseConfig(Edited(kGoodConfig, kBefore, azure), "");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  return result.ok() ? result.loaded->config : v1::Config();
}

TEST(ApiVersion, EveryFormThatAzureUsesIsTakenAsWritten) {
  for (const std::string version :
       {"2024-10-21", "2024-12-01-preview", "preview", "v1", "latest", "2024-02-30"}) {
    const v1::Config config = MustParse(Azure("    api_version: " + version + "\n"));
    EXPECT_EQ(config.providers(1).api(), v1::API_AZURE_OPENAI);
    EXPECT_EQ(config.endpoints(0).api_version(), version);
  }
}

TEST(ApiVersion, ItMayBeLeftOut) { EXPECT_EQ(MustParse(Azure("")).endpoints(0).api_version(), ""); }

TEST(ApiVersion, TheV1UrlTakesAWord) {
  EXPECT_EQ(MustParse(Azure("    api_version: preview\n", "https://x.openai.azure.com/openai/v1"))
                .endpoints(0)
                .api_version(),
            "preview");
}

TEST(ApiVersion, AnUnknownApiIsToldOfBoth) {
  const ConfigResult result =
      ParseConfig(Edited(kGoodConfig, "{name: local, api: openai}", "{name: local, api: azure}"), "");
  ASSERT_EQ(result.errors.size(), 1u) << FormatErrors("f", result.errors);
  EXPECT_NE(result.errors[0].what.find("azure_openai"), std::string::npos) << result.errors[0].what;
}

}  // namespace
}  // namespace spillway::server
