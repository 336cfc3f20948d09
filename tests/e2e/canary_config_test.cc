// A secret that stands where it does not belong, in a configuration: refused, and not repeated.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/e2e/canary_scene.h"
#include "tests/e2e/server_process.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Keys as vendors make them, for here only their looks give them away.
constexpr char kSecret[] = "sk-proj-Wq7ZrT4mXb2Lk9Vd";
constexpr char kPem[] =
    "-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\\n-----END PRIVATE KEY-----\\n";

// A configuration whose line `what` is to be wrong about.
struct Misplaced {
  const char* name;
  // The endpoint's fields beside name, provider and URL; `$` stands for the secret.
  const char* endpoint = "";
  const char* url = "https://api.example.com/v1";
  // Lines of the file.
  const char* lines = "";
  const char* server = "";
};

class MisplacedSecretTest : public ::testing::TestWithParam<Misplaced> {
 protected:
  static std::string Yaml(const std::string& secret) {
    const Misplaced& test = GetParam();
    return absl::StrReplaceAll(
        absl::StrCat(
            "server: {grpc: {address: \"127.0.0.1:0\"}, admin: {address: \"127.0.0.1:0\"}", test.server,
            "}\nproviders: [{name: p, api: openai}]\nendpoints:\n  - {name: e, provider: p, primary: "
            "true, url: \"",
            test.url, "\"", test.endpoint, "}\n", test.lines),
        {{"$PEM", kPem}, {"$", secret}});
  }

  testing::TempDir dir_;
};

TEST_P(MisplacedSecretTest, IsRefusedAndNotRepeated) {
  testing::Canaries canaries;
  canaries.Plant("key", kSecret);
  canaries.Plant("PEM key", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49");
  const std::string file = dir_.Write("c.yaml", Yaml(kSecret));
  for (const char* flag : {"--check", "--config"}) {
    testing::Subprocess server(ServerBinary(), {flag, file});
    EXPECT_EQ(server.Wait(std::chrono::seconds(10)), 1);
    EXPECT_THAT(server.Errors(), StartsWith(file + ":")) << "says where";
    std::string said = server.Errors();
    for (const std::string& line : server.Lines()) absl::StrAppend(&said, line, "\n");
    EXPECT_THAT(canaries.In(said), IsEmpty()) << said;
  }
}

constexpr Misplaced kMisplaced[] = {
    {"Straight", ", api_key: $"},
    {"Quoted", ", api_key: \"$\""},
    {"AsAVariablesName", ", api_key: {env: $}"},
    {"AsAFilesName", ", api_key: {file: $}"},
    {"AsBoth", ", api_key: {env: $, file: $}"},
    {"AsAKeysName", ", api_key: {$: 1}"},
    {"UnderAnotherName", ", api_key: {value: $}"},
    {"InAList", ", api_key: [$]"},
    {"InAListOfVariables", ", api_key: {env: [$]}"},
    {"InAnUnknownField", ", apikey: $"},
    {"AsAnUnknownField", ", $: yes"},
    {"WithoutAColon", ", api_key $"},
    {"Alone", ", $"},
    {"AsAnAnchor", ", api_key: *$"},
    {"AsATag", ", api_key: !$ x"},
    {"InAnOpenQuote", ", api_key: {env: \"$}"},
    {"InAnUnknownHeader", ", headers: {authorization: \"Bearer $\"}"},
    {"AsAwsSecret", ", aws: {access_key_id: $, secret_access_key: $, region: us-east-1}"},
    {"AsAwsRegion", ", aws: {access_key_id: {env: A_B}, secret_access_key: {env: A_B}, region: \"$ \"}"},
    {"AsApiVersion", ", api_version: \"$\""},
    {"AsAUser", "", "https://$@api.example.com/v1"},
    {"AsAPassword", "", "https://me:$@api.example.com/v1"},
    {"InTheQuery", "", "https://api.example.com/v1?key=$"},
    {"AsTheScheme", "", "$://api.example.com/v1"},
    {"AsACallersDigest", "", "https://api.example.com/v1", "callers: [{name: c, key_sha256: $}]\n"},
    {"AsACallersKey", "", "https://api.example.com/v1", "callers: [{name: c, key: $}]\n"},
    {"AsASection", "", "https://api.example.com/v1", "$: {}\n"},
    {"InATargetsQuery", "", "https://api.example.com/v1",
     "policies: [{name: q, model: m, production: {failover: {targets: [{endpoint: e, model: m, path: "
     "\"/v1/x?key=$\"}]}}}]\n"},
    {"AsAKeyFile", "", "https://api.example.com/v1", "",
     ", openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"/x\", key_file: \"$PEM\"}}"},
    {"AsACertificateFile", "", "https://api.example.com/v1", "",
     ", openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"$PEM\", key_file: \"/x\"}}"},
    {"AsAnAuthorityFile", ", tls: {ca_file: \"$PEM\"}"},
};

INSTANTIATE_TEST_SUITE_P(All, MisplacedSecretTest, ::testing::ValuesIn(kMisplaced),
                         [](const auto& info) { return std::string(info.param.name); });

// A key that may not be sent, for its bytes: from the environment and from a file.
TEST(UnfitSecretTest, IsNotRepeated) {
  const testing::TempDir dir;
  testing::Canaries canaries;
  canaries.Plant("key", kSecret);
  const std::string yaml =
      "providers: [{name: p, api: openai}]\nendpoints: [{name: e, provider: p, primary: true, url: "
      "\"https://h/v1\", api_key: {SOURCE}}]\n";
  for (const std::string& unfit : {absl::StrCat(kSecret, "\r\nx-injected: 1"), absl::StrCat(kSecret, " "),
                                   absl::StrCat("\t", kSecret)}) {
    const std::string variable =
        dir.Write("v.yaml", absl::StrReplaceAll(yaml, {{"SOURCE", "env: UNFIT_KEY"}}));
    const std::string file = dir.Write(
        "f.yaml",
        absl::StrReplaceAll(yaml, {{"SOURCE", absl::StrCat("file: \"", dir.Write("key", unfit), "\"")}}));
    for (const std::string& config : {variable, file}) {
      testing::Subprocess::Options options;
      options.environment = {absl::StrCat("UNFIT_KEY=", unfit)};
      testing::Subprocess server(ServerBinary(), {"--config", config}, options);
      EXPECT_EQ(server.Wait(std::chrono::seconds(10)), 1);
      EXPECT_THAT(server.Errors(), HasSubstr("the secret"));
      EXPECT_THAT(canaries.In(server.Errors()), IsEmpty()) << server.Errors();
    }
  }
}

// What a running server is given anew: said in its log and to whoever asked for the reload.
TEST(ReloadedSecretTest, IsNotRepeated) {
  CanaryScene scene;
  ASSERT_TRUE(scene.running());
  testing::Canaries canaries;
  canaries.Plant("key", kSecret);
  int rejected = 0;
  for (const char* wrong :
       {"api_key: SECRET", "api_key: {env: SECRET}", "api_key: {file: SECRET}", "SECRET: 1"}) {
    const std::string key = absl::StrReplaceAll(wrong, {{"SECRET", kSecret}});
    scene.dir().Write("spillway.yaml",
                      absl::StrReplaceAll(scene.yaml(), {{"api_key: {env: KEY_OF_anthropic}", key}}));
    const std::string said = scene.Command({"reload", "--json"});
    EXPECT_THAT(said, HasSubstr("INVALID_ARGUMENT"));
    EXPECT_THAT(canaries.In(said), IsEmpty()) << said;
    ++rejected;
  }
  scene.AskAround();
  const std::string all = scene.Everything();
  EXPECT_THAT(all, HasSubstr("config_rejected"));
  EXPECT_THAT(canaries.In(all), IsEmpty());
  EXPECT_THAT(scene.canaries().In(all), IsEmpty());
  EXPECT_EQ(rejected, 4);
}

}  // namespace
}  // namespace spillway::e2e
