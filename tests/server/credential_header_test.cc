#include "server/credential_header.h"

#include <gtest/gtest.h>

namespace spillway::server {
namespace {

using Header = std::pair<std::string, std::string>;

TEST(CredentialHeaderTest, OpenAiTakesItsKeyAsABearerToken) {
  EXPECT_EQ(CredentialHeader(v1::API_OPENAI, SecretString("k-1")), Header("Authorization", "Bearer k-1"));
}

TEST(CredentialHeaderTest, AzureTakesItsKeyAsItIs) {
  EXPECT_EQ(CredentialHeader(v1::API_AZURE_OPENAI, SecretString("k-1")), Header("api-key", "k-1"));
}

}  // namespace
}  // namespace spillway::server
