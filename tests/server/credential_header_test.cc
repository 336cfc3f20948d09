#include "server/credential_header.h"

#include <gtest/gtest.h>

namespace spillway::server {
namespace {

using Header = std::pair<std::string, std::string>;

Header HeaderFor(v1::Api api, std::string_view api_version = "", std::string_view base_path = "") {
  return CredentialHeader(KeyHeader(api, api_version, base_path), SecretString("k-1"));
}

TEST(CredentialHeaderTest, MostTakeTheirKeyAsABearerToken) {
  for (const v1::Api api : {v1::API_OPENAI, v1::API_MISTRAL, v1::API_COHERE, v1::API_BEDROCK}) {
    EXPECT_EQ(HeaderFor(api), Header("Authorization", "Bearer k-1")) << api;
  }
}

TEST(CredentialHeaderTest, AzureTakesItsKeyAsItIs) {
  EXPECT_EQ(HeaderFor(v1::API_AZURE_OPENAI), Header("api-key", "k-1"));
}

TEST(CredentialHeaderTest, AnthropicTakesItsKeyAsItIsUntilTheVersionThatWantsABearer) {
  EXPECT_EQ(HeaderFor(v1::API_ANTHROPIC), Header("x-api-key", "k-1"));
  EXPECT_EQ(HeaderFor(v1::API_ANTHROPIC, "2023-06-01"), Header("x-api-key", "k-1"));
  EXPECT_EQ(HeaderFor(v1::API_ANTHROPIC, "2026-10-21"), Header("Authorization", "Bearer k-1"));
}

TEST(CredentialHeaderTest, GeminiTakesAKeyAndVertexAnAccessToken) {
  EXPECT_EQ(HeaderFor(v1::API_GEMINI, "", "/v1beta"), Header("x-goog-api-key", "k-1"));
  EXPECT_EQ(HeaderFor(v1::API_GEMINI, "", "/v1/publishers/google"), Header("x-goog-api-key", "k-1"));
  EXPECT_EQ(HeaderFor(v1::API_GEMINI, "", "/v1/projects/p/locations/global"),
            Header("Authorization", "Bearer k-1"));
}

}  // namespace
}  // namespace spillway::server
