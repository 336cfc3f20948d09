// Every file of examples/: the server takes it as it stands, and the documents know it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/example_scene.h"
#include "tests/e2e/server_process.h"
#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Examples() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(testing::SourcePath("examples"))) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string TextOf(const std::string& path) {
  std::ifstream file(testing::SourcePath(path), std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ExampleFileTest : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string file() { return GetParam() + ".yaml"; }
};

// As somebody would who has run the demo once: it leaves the authority's certificate in build/demo.
TEST_P(ExampleFileTest, PassesTheCheckAsItStands) {
  testing::TempDir dir;
  fs::create_directories(dir.Path("build/demo"));
  sim::SimulatorOptions options;
  options.personalities.push_back(sim::ParsePersonalityFlag("openai", "any,tls"));
  dir.Write("build/demo/ca.pem", sim::Simulator(std::move(options)).ca_pem());
  testing::Subprocess::Options process;
  process.environment.emplace_back("OPENAI_API_KEY=sk-demo-openai");
  for (const auto& [name, value] : ExampleVariables())
    process.environment.push_back(absl::StrCat(name, "=", value));
  const std::string path = testing::SourcePath("examples/" + file());
  testing::Subprocess check(
      "/bin/sh", {"-c", R"(cd "$0" && exec "$1" --check "$2")", dir.Path(""), ServerBinary(), path}, process);
  EXPECT_EQ(check.Wait(), 0) << check.Errors();
  EXPECT_THAT(check.Lines(), ::testing::ElementsAre(HasSubstr(": good: ")));
}

TEST_P(ExampleFileTest, IsInTheDocuments) {
  const std::string link = absl::StrCat("](../examples/", file(), ")");
  const std::string documents = TextOf("docs/routing.md") + TextOf("docs/configuration.md");
  EXPECT_THAT(documents, HasSubstr(link));
  EXPECT_THAT(TextOf("README.md"), HasSubstr(absl::StrCat("](examples/", file(), ")")));
}

TEST_P(ExampleFileTest, SaysHowToRunIt) {
  EXPECT_THAT(TextOf("examples/" + file()), HasSubstr("./dev demo " + GetParam()));
}

INSTANTIATE_TEST_SUITE_P(, ExampleFileTest, ::testing::ValuesIn(Examples()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(ExampleTest, AReplacementThatFindsNothingIsAnError) {
  EXPECT_THROW(Example("round-robin.yaml").With("suspend_duration: 31s", "").Text(), std::runtime_error);
  EXPECT_THROW(Example("no-such-example.yaml").Text(), std::runtime_error);
  EXPECT_THROW(ExampleScene(Example("round-robin.yaml").Script("nobody", "ok")), std::runtime_error);
}

TEST(ExampleTest, AReplacementIsMadeWhereverTheTextIs) {
  const std::string text =
      Example("model-failover.yaml").With("request_timeout: 30s", "request_timeout: 1s").Text();
  EXPECT_THAT(text, Not(HasSubstr("request_timeout: 30s")));
  EXPECT_THAT(text, HasSubstr("request_timeout: 1s"));
}

}  // namespace
}  // namespace spillway::e2e
