// Credentials of endpoints: what may be said where, and where requests to AWS are signed for.
#include <gtest/gtest.h>

#include "server/config/aws_region.h"
#include "server/config/secrets.h"
#include "tests/server/config/config_text.h"
#include "tests/support/temp_dir.h"

namespace spillway::server {
namespace {

constexpr char kGood[] = R"(providers:
  - {name: aws, api: bedrock}
  - {name: openai, api: openai}
endpoints:
  - name: us
    provider: aws
    url: https://bedrock-runtime.us-east-1.amazonaws.com
    primary: true
    aws: {access_key_id: {env: ID}, secret_access_key: {env: SECRET}, session_token: {env: TOKEN}}
)";

class CredentialMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(CredentialMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam(), kGood); }

INSTANTIATE_TEST_SUITE_P(
    Aws, CredentialMistake,
    ::testing::Values(
        Mistake{"NoKeyId", "    aws: {access_key_id: {env: ID}, ", "    @@aws: {",
                "endpoints[0].aws.access_key_id", "signing needs"},
        Mistake{"NoSecret", "    aws: {access_key_id: {env: ID}, secret_access_key: {env: SECRET}, ",
                "    @@aws: {access_key_id: {env: ID}, ", "endpoints[0].aws.secret_access_key",
                "signing needs"},
        Mistake{"NoSource", "access_key_id: {env: ID}", "@@access_key_id: {}",
                "endpoints[0].aws.access_key_id", "needs a source"},
        Mistake{"NoSourceOfTheToken", "session_token: {env: TOKEN}", "@@session_token: {}",
                "endpoints[0].aws.session_token", "needs a source"},
        Mistake{"TwoCredentials", "    aws: {", "    api_key: {env: KEY}\n    @@aws: {", "endpoints[0].aws",
                "beside api_key"},
        Mistake{"AtAnotherApi",
                "provider: aws\n    url: https://bedrock-runtime.us-east-1.amazonaws.com\n    primary: "
                "true\n    aws",
                "provider: openai\n    url: https://api.openai.com/v1\n    primary: true\n    @@aws",
                "endpoints[0].aws", "only bedrock"},
        Mistake{"NoRegionAnywhere",
                "https://bedrock-runtime.us-east-1.amazonaws.com\n    primary: true\n    aws",
                "https://proxy.internal\n    primary: true\n    @@aws", "endpoints[0].aws.region",
                "needs one, as in us-east-1"},
        Mistake{"NotARegion", "session_token: {env: TOKEN}", "region: @@\"US East\"",
                "endpoints[0].aws.region", "not a region"}),
    MistakeName);

TEST(CredentialRules, AKeyAloneAndSignaturesAloneAreFine) {
  EXPECT_TRUE(ParseConfig(kGood, "f").ok());
  EXPECT_TRUE(ParseConfig(Edited(kGood, "session_token: {env: TOKEN}", "region: eu-west-3"), "f").ok());
}

std::string RegionOf(const std::string& url, const std::string& region = "") {
  v1::Endpoint endpoint;
  endpoint.set_url(url);
  endpoint.mutable_aws()->set_region(region);
  return AwsRegionOf(endpoint);
}

TEST(AwsRegion, IsTheOneInTheHostUnlessGiven) {
  EXPECT_EQ(RegionOf("https://bedrock-runtime.eu-central-1.amazonaws.com"), "eu-central-1");
  EXPECT_EQ(RegionOf("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/"), "us-gov-west-1");
  EXPECT_EQ(RegionOf("https://vpce-1-2.bedrock-runtime.us-west-2.vpce.amazonaws.com"), "us-west-2");
  EXPECT_EQ(RegionOf("https://bedrock-runtime.us-east-1.api.aws"), "us-east-1");
  EXPECT_EQ(RegionOf("https://bedrock-runtime.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  EXPECT_EQ(RegionOf("https://bedrock-runtime.eu-central-1.amazonaws.com", "us-east-2"), "us-east-2");
  EXPECT_EQ(RegionOf("http://127.0.0.1:9000"), "");
  EXPECT_EQ(RegionOf("https://bedrock-runtime.example.com"), "");
  EXPECT_EQ(RegionOf("https://bedrock-runtime.amazonaws.com"), "");
}

const char* Environment(const char* name) {
  const std::string asked = name;
  if (asked == "ID") return "AKID";
  return asked == "SECRET" ? "s3cret" : nullptr;
}

TEST(AwsSecrets, AreReadFromWhereTheConfigurationSays) {
  testing::TempDir dir;
  const std::string token = dir.Write("token", "t0ken\n");
  const ConfigResult config = ParseConfig(Edited(kGood, "{env: TOKEN}", "{file: \"" + token + "\"}"), "f");
  ASSERT_TRUE(config.ok());
  const SecretsResult result = ResolveSecrets(*config.loaded, Environment);
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  const AwsKeys& keys = result.secrets.at("us").aws;
  EXPECT_EQ(keys.access_key_id.Reveal(), "AKID");
  EXPECT_EQ(keys.secret_access_key.Reveal(), "s3cret");
  EXPECT_EQ(keys.session_token.Reveal(), "t0ken");
}

TEST(AwsSecrets, OneThatIsMissingIsNamedByItsPlace) {
  const ConfigResult config = ParseConfig(kGood, "f");
  const SecretsResult result = ResolveSecrets(*config.loaded, Environment);
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].path, "endpoints[0].aws.session_token.env");
}

}  // namespace
}  // namespace spillway::server
