#include "server/config/secrets.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace spillway::server {
namespace {

class SecretsTest : public ::testing::Test {
 protected:
  // Resolves a configuration whose one endpoint has `line` at line 3 column 1 of the file.
  SecretsResult Resolve(const std::string& line) {
    const ConfigResult config = ParseConfig(
        absl::StrCat(
            "providers: [{name: p, api: openai}]\nendpoints: [{name: e, provider: p, url: 'https://h',\n",
            line, "}]\n"),
        "f");
    EXPECT_TRUE(config.ok()) << FormatErrors("f", config.errors);
    if (!config.ok()) return {};
    return ResolveSecrets(*config.loaded, [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::string Errors(const std::string& line) { return FormatErrors("f", Resolve(line).errors); }

  // A file with `bytes` in it.
  std::string File(const std::string& bytes) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string path =
        absl::StrCat(::testing::TempDir(), "/spillway-secrets-", getpid(), "-", test->name(), "-", files_++);
    std::ofstream(path, std::ios::binary) << bytes;
    written_.push_back(path);
    return path;
  }

  ~SecretsTest() override {
    for (const std::string& path : written_) unlink(path.c_str());
  }

  std::map<std::string, std::string> environment_;
  std::vector<std::string> written_;
  int files_ = 0;
};

TEST_F(SecretsTest, AnEndpointWithoutKeyHasNone) {
  const SecretsResult result = Resolve("");
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(result.secrets.empty());
}

TEST_F(SecretsTest, AVariablesValueIsTheKey) {
  environment_["MY_KEY"] = "sk-1 2";
  const SecretsResult result = Resolve("api_key: {env: MY_KEY}");
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  EXPECT_EQ(result.secrets.at("e").api_key.Reveal(), "sk-1 2");
}

TEST_F(SecretsTest, TheProcessEnvironmentIsTheDefault) {
  const ConfigResult config = ParseConfig(
      "providers: [{name: p, api: openai}]\n"
      "endpoints: [{name: e, provider: p, url: 'https://h', api_key: {env: PATH}}]\n",
      "f");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(ResolveSecrets(*config.loaded).secrets.at("e").api_key.Reveal(), std::getenv("PATH"));
}

TEST_F(SecretsTest, OneTrailingLineEndOfAFileIsDropped) {
  for (const char* bytes : {"key", "key\n", "key\r\n"}) {
    const SecretsResult result = Resolve("api_key: {file: '" + File(bytes) + "'}");
    ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
    EXPECT_EQ(result.secrets.at("e").api_key.Reveal(), "key");
  }
}

TEST_F(SecretsTest, AVariableThatIsNotSetOrEmptyIsNamed) {
  EXPECT_EQ(Errors("api_key: {env: MY_KEY}"),
            "f:3:16: endpoints[0].api_key.env: the environment variable MY_KEY is not set\n");
  environment_["MY_KEY"] = "";
  EXPECT_EQ(Errors("api_key: {env: MY_KEY}"),
            "f:3:16: endpoints[0].api_key.env: the environment variable MY_KEY is empty\n");
}

TEST_F(SecretsTest, AKeyInPlaceOfAVariablesNameIsNotRepeated) {
  EXPECT_EQ(
      Errors("api_key: {env: sk-hunter2}"),
      "f:3:16: endpoints[0].api_key.env: not the name of an environment variable; write the variable's name, "
      "never the secret itself\n");
  EXPECT_EQ(Errors("api_key: {env: hunter2}"),
            "f:3:16: endpoints[0].api_key.env: the environment variable named here is not set\n");
  EXPECT_EQ(
      Errors("api_key: {file: sk-hunter2}"),
      "f:3:17: endpoints[0].api_key.file: cannot read the file named here: No such file or directory\n");
  EXPECT_EQ(
      Errors("api_key: {file: \"a\\0b\"}"),
      "f:3:17: endpoints[0].api_key.file: cannot read the file named here: No such file or directory\n");
}

TEST_F(SecretsTest, WhatCannotBeAHeaderIsRefused) {
  const auto file_error = [&](const std::string& bytes) {
    const std::string errors = Errors("api_key: {file: '" + File(bytes) + "'}");
    EXPECT_EQ(errors.find("hunter2"), std::string::npos);
    return errors.substr(errors.find("file: ") + 6);
  };
  const std::string odd = "the secret has a line break or another control character in it\n";
  EXPECT_EQ(file_error(""), "the secret is empty\n");
  EXPECT_EQ(file_error("\n"), "the secret is empty\n");
  EXPECT_EQ(file_error("hunter2\n\n"), odd);
  EXPECT_EQ(file_error("hunter2\nhunter2"), odd);
  EXPECT_EQ(file_error("hunter2\r"), odd);
  EXPECT_EQ(file_error(std::string("hunter2\0", 8)), odd);
  EXPECT_EQ(file_error(" hunter2"), "the secret begins or ends with a space\n");
  EXPECT_EQ(file_error(std::string(kMaxSecretFileBytes + 1, 'x')),
            "cannot read the file named here: larger than 65536 bytes\n");
  environment_["MY_KEY"] = "hunter2\n";
  EXPECT_EQ(Errors("api_key: {env: MY_KEY}"), "f:3:16: endpoints[0].api_key.env: " + odd);
}

TEST_F(SecretsTest, ADirectoryIsNoFile) {
  EXPECT_EQ(Errors("api_key: {file: /}"),
            "f:3:17: endpoints[0].api_key.file: cannot read the file named here: Is a directory\n");
}

TEST_F(SecretsTest, AuthoritiesFilesMustHoldCertificates) {
  EXPECT_EQ(Errors("tls: {ca_file: /no/such.pem}"),
            "f:3:16: endpoints[0].tls.ca_file: cannot read \"/no/such.pem\": No such file or directory\n");
  const std::string odd = File("key");
  EXPECT_EQ(Errors("tls: {ca_file: '" + odd + "'}"),
            "f:3:16: endpoints[0].tls.ca_file: \"" + odd + "\" holds no certificate in PEM form\n");
  EXPECT_EQ(Errors("tls: {ca_file: '" + File("-----BEGIN CERTIFICATE-----\n") + "'}"), "");
}

TEST_F(SecretsTest, AllErrorsComeAtOnceInTheirOrder) {
  EXPECT_EQ(Errors("api_key: {env: MY_KEY}, tls: {ca_file: /no/such}"),
            "f:3:16: endpoints[0].api_key.env: the environment variable MY_KEY is not set\n"
            "f:3:40: endpoints[0].tls.ca_file: cannot read \"/no/such\": No such file or directory\n");
}

TEST(SecretString, ShowsNothingHoweverItIsPrinted) {
  const SecretString secret{std::string("hunter2")};
  std::ostringstream out;
  out << secret;
  EXPECT_EQ(out.str(), "[redacted]");
  EXPECT_EQ(absl::StrFormat("%s", secret), "[redacted]");
  EXPECT_EQ(::testing::PrintToString(secret), "[redacted]");
  static_assert(!std::is_convertible_v<SecretString, std::string>);
}

TEST(SecretString, IsAValue) {
  std::string text = "a secret that is too long for the small buffer";
  SecretString a(std::move(text));
  SecretString b = a;
  EXPECT_EQ(a, b);
  SecretString c = std::move(b);
  EXPECT_EQ(c.Reveal(), a.Reveal());
  EXPECT_TRUE(b.empty());  // NOLINT: what is left of a moved secret must be nothing.
  b = c;
  c = SecretString();
  EXPECT_TRUE(c.empty());
  EXPECT_EQ(b, a);
  EXPECT_FALSE(b == c);
}

}  // namespace
}  // namespace spillway::server
