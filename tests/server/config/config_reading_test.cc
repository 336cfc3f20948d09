#include "server/config/config_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigReadingTest : public ::testing::Test {
 protected:
  ConfigReading Read(const std::string& endpoint_fields, const std::string& server = "") {
    dir_.Write("c.yaml", server + "providers: [{name: p, api: openai}]\nendpoints:\n" +
                             Endpoint("a", endpoint_fields) + Endpoint("b", endpoint_fields));
    return ReadConfig(dir_.Path("c.yaml"), [](const char*) { return nullptr; });
  }

  static std::string Endpoint(const std::string& name, const std::string& fields) {
    return "  - {name: " + name + ", provider: p, url: \"https://h/v1\"" + fields + "}\n";
  }

  static std::vector<std::string> Paths(const ConfigReading& reading) {
    std::vector<std::string> paths;
    for (const WatchedFile& file : reading.files) paths.push_back(file.path);
    return paths;
  }

  testing::TempDir dir_;
};

TEST_F(ConfigReadingTest, HasTheKeysAndTheFilesTheyCameFrom) {
  const std::string key = dir_.Write("key", "s3cret\n");
  const std::string ca = dir_.Write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  const ConfigReading reading = Read(", api_key: {file: \"" + key + "\"}, tls: {ca_file: \"" + ca + "\"}");
  ASSERT_TRUE(reading.ok()) << FormatErrors("", reading.errors);
  EXPECT_EQ(reading.secrets.at("b").api_key.Reveal(), "s3cret");
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("c.yaml"), ca, key));
  EXPECT_EQ(LookAgain(reading.files), reading.files);
}

TEST_F(ConfigReadingTest, WhateverChangesAfterItShows) {
  const std::string key = dir_.Write("key", "one");
  const ConfigReading reading = Read(", api_key: {file: \"" + key + "\"}");
  dir_.Write("key", "two");  // As long, and at once.
  EXPECT_NE(LookAgain(reading.files), reading.files);
}

TEST_F(ConfigReadingTest, HasTheListenersCertificatesAndWatchesTheirFiles) {
  const testing::TestAuthority authority;
  const testing::CertificateAndKey pair = authority.Issue();
  const std::string cert = dir_.Write("cert.pem", pair.certificate_pem);
  const std::string key = dir_.Write("key.pem", pair.key_pem);
  const std::string ca = dir_.Write("clients.pem", authority.ca_pem());
  const ConfigReading reading =
      Read("", "server: {openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"" + cert + "\", key_file: \"" +
                   key + "\", client_ca_file: \"" + ca + "\"}}}\n");
  ASSERT_TRUE(reading.ok()) << FormatErrors("", reading.errors);
  EXPECT_EQ(reading.certificates.at("server.openai.tls").chain, pair.certificate_pem);
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("c.yaml"), cert, ca, key));
}

TEST_F(ConfigReadingTest, AMissingCertificateAndAMissingKeyAreReportedAtOnce) {
  const ConfigReading reading =
      Read(", api_key: {env: NO_SUCH_KEY}",
           "server: {openai: {address: \"127.0.0.1:0\", tls: {cert_file: /no/cert, key_file: /no/key}}}\n");
  EXPECT_TRUE(reading.loaded);
  ASSERT_EQ(reading.errors.size(), 4u);
  EXPECT_EQ(reading.errors[0].path, "server.openai.tls.cert_file");
  EXPECT_EQ(reading.errors[1].path, "server.openai.tls.key_file");
  EXPECT_EQ(reading.errors[2].path, "endpoints[0].api_key.env");
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("c.yaml"), "/no/cert", "/no/key")) << "may come yet";
}

// It may be what somebody is about to create.
TEST_F(ConfigReadingTest, AMissingKeyIsAFileToWatch) {
  const ConfigReading reading = Read(", api_key: {file: \"" + dir_.Path("key") + "\"}");
  EXPECT_TRUE(reading.loaded);
  ASSERT_EQ(reading.errors.size(), 2u);
  EXPECT_EQ(reading.errors[0].path, "endpoints[0].api_key.file");
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("c.yaml"), dir_.Path("key")));
}

TEST_F(ConfigReadingTest, AFileThatIsNoConfigurationIsAllThereIsToWatch) {
  const ConfigReading reading = Read(", api_key: {fil: \"key\"}");
  EXPECT_FALSE(reading.loaded);
  EXPECT_FALSE(reading.ok());
  EXPECT_THAT(reading.secrets, IsEmpty());
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("c.yaml")));
}

TEST_F(ConfigReadingTest, AMissingFileIsAnErrorAndWatched) {
  const ConfigReading reading = ReadConfig(dir_.Path("none.yaml"), [](const char*) { return nullptr; });
  ASSERT_EQ(reading.errors.size(), 1u);
  EXPECT_THAT(reading.errors[0].what, HasSubstr("No such file"));
  EXPECT_THAT(Paths(reading), ElementsAre(dir_.Path("none.yaml")));
}

}  // namespace
}  // namespace spillway::server
