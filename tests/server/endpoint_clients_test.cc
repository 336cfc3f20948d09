#include "server/endpoint_clients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;

class EndpointClientsTest : public ::testing::Test {
 protected:
  // One endpoint, `e`, with these fields.
  EndpointClientsResult Make(const std::string& fields, const std::string& key,
                             const EndpointClients& former = {}, const std::string& api = "openai") {
    const std::string yaml = "providers: [{name: p, api: " + api +
                             "}]\n"
                             "endpoints:\n"
                             "  - {name: e, provider: p, " +
                             fields + "}\n";
    const ConfigResult config = ParseConfig(yaml, "c.yaml");
    EXPECT_TRUE(config.ok()) << FormatErrors("c.yaml", config.errors);
    ResolvedSecrets secrets;
    if (!key.empty()) secrets["e"].api_key = SecretString(std::string(key));
    return ClientsFor(io_, *config.loaded, secrets, former);
  }

  // Whether the second definition gets the first one's client.
  bool Shared(const std::string& fields, const std::string& key, const std::string& new_fields,
              const std::string& new_key) {
    const EndpointClientsResult former = Make(fields, key);
    const EndpointClientsResult next = Make(new_fields, new_key, former.clients);
    EXPECT_TRUE(former.ok() && next.ok());
    const bool shared = former.clients.at("e").client == next.clients.at("e").client;
    EXPECT_EQ(SameClients(former.clients, next.clients), shared);
    return shared;
  }

  testing::TempDir dir_;
  boost::asio::io_context io_;
};

constexpr char kUrl[] = "url: \"https://api.example.com/v1\"";

TEST_F(EndpointClientsTest, KnowWhatCodecsNeed) {
  const EndpointClientsResult made = Make(kUrl, "k");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made.clients.at("e").base_path, "/v1");
  EXPECT_EQ(made.clients.at("e").definition.api, v1::API_OPENAI);
}

TEST_F(EndpointClientsTest, AnEndpointDefinedAlikeKeepsItsClient) {
  EXPECT_TRUE(Shared(kUrl, "k", kUrl, "k"));
  EXPECT_TRUE(Shared(kUrl, "", kUrl, ""));
  EXPECT_TRUE(Shared(kUrl, "k", std::string(kUrl) + ", primary: true", "k")) << "no concern of a connection";
}

TEST_F(EndpointClientsTest, WhateverConnectionsDependOnMakesAnotherClient) {
  const std::string url = kUrl;
  EXPECT_FALSE(Shared(url, "k", "url: \"https://api.example.com:8443/v1\"", "k"));
  EXPECT_FALSE(Shared(url, "k", "url: \"http://api.example.com/v1\"", "k"));
  EXPECT_FALSE(Shared(url, "k", url, "another"));
  EXPECT_FALSE(Shared(url, "k", url, ""));
  EXPECT_FALSE(Shared(url, "k", url + ", tls: {server_name: other.example.com}", "k"));
}

TEST_F(EndpointClientsTest, RotatedAwsKeysSignOnTheSameConnections) {
  const auto make = [&](const std::string& token, const EndpointClients& former) {
    const ConfigResult config = ParseConfig(
        "providers: [{name: p, api: bedrock}]\n"
        "endpoints:\n"
        "  - {name: e, provider: p, url: \"https://bedrock-runtime.us-east-1.amazonaws.com\",\n"
        "     aws: {access_key_id: {env: A}, secret_access_key: {env: B}, session_token: {env: C}}}\n",
        "c.yaml");
    ResolvedSecrets secrets;
    secrets["e"].aws = {SecretString("id"), SecretString("secret"), SecretString(std::string(token))};
    return ClientsFor(io_, *config.loaded, secrets, former).clients;
  };
  const EndpointClients first = make("one", {});
  const EndpointClients same = make("one", first);
  EXPECT_EQ(same.at("e").signer, first.at("e").signer);
  EXPECT_TRUE(SameClients(first, same));
  const EndpointClients rotated = make("two", first);
  EXPECT_EQ(rotated.at("e").client, first.at("e").client);
  EXPECT_NE(rotated.at("e").signer, first.at("e").signer);
  EXPECT_FALSE(SameClients(first, rotated)) << "a reload must notice";
}

TEST_F(EndpointClientsTest, AnotherApiSendsTheKeyInAnotherWay) {
  const EndpointClientsResult former = Make(kUrl, "k");
  const EndpointClientsResult next = Make(kUrl, "k", former.clients, "azure_openai");
  EXPECT_NE(former.clients.at("e").client, next.clients.at("e").client);
}

TEST_F(EndpointClientsTest, ARotatedAuthorityMakesAnotherClient) {
  const std::string ca = dir_.Write("ca.pem", testing::TestAuthority("one").ca_pem());
  const std::string fields = std::string(kUrl) + ", tls: {ca_file: \"" + ca + "\"}";
  const EndpointClientsResult former = Make(fields, "k");
  EXPECT_TRUE(SameClients(former.clients, Make(fields, "k", former.clients).clients));
  dir_.Write("ca.pem", testing::TestAuthority("two").ca_pem());
  EXPECT_FALSE(SameClients(former.clients, Make(fields, "k", former.clients).clients));
}

TEST_F(EndpointClientsTest, AuthoritiesThatCannotBeReadAreAnErrorAtTheirPlace) {
  const std::string ca = dir_.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n");
  const EndpointClientsResult made = Make(std::string(kUrl) + ", tls: {ca_file: \"" + ca + "\"}", "k");
  ASSERT_EQ(made.errors.size(), 1u);
  EXPECT_EQ(made.errors[0].path, "endpoints[0].tls.ca_file");
  EXPECT_EQ(made.errors[0].line, 3);
  EXPECT_THAT(made.errors[0].what, HasSubstr("no readable PEM certificate"));
}

TEST_F(EndpointClientsTest, AnEndpointMoreOrLessIsADifference) {
  const EndpointClientsResult made = Make(kUrl, "k");
  EXPECT_FALSE(SameClients(made.clients, {}));
  EXPECT_FALSE(SameClients({}, made.clients));
  EXPECT_TRUE(SameClients({}, {}));
}

}  // namespace
}  // namespace spillway::server
