// Thousands of spoiled configurations: each is read or refused with well-formed errors, none crashes.
//
// The seed is fixed and the generator is the standard's, so that a failure replays anywhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "server/config/text_check.h"
#include "tests/server/config/config_text.h"
#include "tests/server/config/routing_text.h"

namespace spillway::server {
namespace {

constexpr int kMutants = 6000;

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    const std::size_t edits = 1 + Below(4);
    for (std::size_t i = 0; i < edits; ++i) Edit(&text);
    return text;
  }

 private:
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

  void Edit(std::string* text) {
    static const std::vector<std::string> kPieces = {"[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     ":",
                                                     ": ",
                                                     "- ",
                                                     "\n",
                                                     "\t",
                                                     " ",
                                                     "\"",
                                                     "'",
                                                     "&a ",
                                                     "*a",
                                                     "!!x ",
                                                     "|\n",
                                                     ">\n",
                                                     "#",
                                                     "? ",
                                                     "~",
                                                     "---\n",
                                                     "...\n",
                                                     "%Y",
                                                     ",",
                                                     "0",
                                                     "-1",
                                                     "99999999999",
                                                     "\r",
                                                     "\x04",
                                                     "\xFF",
                                                     "é",
                                                     std::string(1, '\0'),
                                                     "failover: {targets: [",
                                                     "weighted: {targets: [",
                                                     "parameters: {",
                                                     "weight: ",
                                                     "null",
                                                     "]}",
                                                     "api_key: ",
                                                     "name: ",
                                                     "s",
                                                     "\\"};
    if (text->empty()) *text = "a";
    const std::size_t at = Below(text->size());
    const std::size_t length = 1 + Below(std::min<std::size_t>(20, text->size() - at));
    switch (Below(5)) {
      case 0:
        text->erase(at, length);
        return;
      case 1:
        text->insert(at, kPieces[Below(kPieces.size())]);
        return;
      case 2:
        (*text)[at] = static_cast<char>(Below(256));
        return;
      case 3:
        text->insert(Below(text->size()), text->substr(at, length));
        return;
      default: {
        const std::size_t end = text->find('\n', at);
        const std::size_t begin = text->rfind('\n', at);
        text->erase(begin == std::string::npos ? 0 : begin, end == std::string::npos ? end : end - begin);
      }
    }
  }

  std::mt19937_64 random_;
};

void ExpectWellFormed(const ConfigResult& result, const std::string& text) {
  EXPECT_EQ(result.ok(), result.errors.empty()) << text;
  const int lines = 2 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const ConfigError& error : result.errors) {
    EXPECT_FALSE(error.what.empty());
    EXPECT_GE(error.line, 0);
    EXPECT_LE(error.line, lines) << text;
    EXPECT_EQ(error.line == 0, error.column == 0);
  }
  // One line an error, in valid UTF-8.
  const std::string all = FormatErrors("f", result.errors);
  EXPECT_EQ(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')), result.errors.size()) << all;
  EXPECT_TRUE(CheckText(all).empty()) << all;
}

class ConfigMutations : public ::testing::TestWithParam<const char*> {};

TEST_P(ConfigMutations, NeverCrashTheLoader) {
  Mutator mutator(20240611);
  int good = 0;
  for (int i = 0; i < kMutants && !::testing::Test::HasFailure(); ++i) {
    const std::string text = mutator.Mutate(GetParam());
    const ConfigResult result = ParseConfig(text, "f");
    good += result.ok() ? 1 : 0;
    ExpectWellFormed(result, text);
  }
  // The mutants are near enough to the truth to reach every stage.
  EXPECT_GT(good, kMutants / 100);
  EXPECT_LT(good, kMutants / 2);
}

TEST_P(ConfigMutations, EveryPrefixOfAGoodFileIsReadOrRefused) {
  const std::string text = GetParam();
  for (std::size_t length = 0; length <= text.size() && !::testing::Test::HasFailure(); ++length) {
    ExpectWellFormed(ParseConfig(text.substr(0, length), "f"), text.substr(0, length));
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, ConfigMutations, ::testing::Values(kGoodConfig, kRoutingConfig));

}  // namespace
}  // namespace spillway::server
