#include <algorithm>
#include <string>

#include "server/config/config_loader.h"
#include "server/config/text_check.h"
#include "tests/fuzz/fuzz_target.h"

namespace spillway::fuzz {
namespace {

void CheckErrors(const server::ConfigErrors& errors, std::string_view text) {
  const int lines = 2 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const server::ConfigError& error : errors) {
    Require(!error.what.empty(), "an error says what is wrong");
    Require(error.line >= 0 && error.line <= lines && error.column >= 0, "an error stands in the file");
    Require((error.line == 0) == (error.column == 0), "a position is whole or none");
  }
  const std::string all = server::FormatErrors("f", errors);
  Require(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')) == errors.size(),
          "an error is one line");
  Require(server::CheckText(all).empty(), "errors can be shown");
}

}  // namespace

void FuzzConfig(std::string_view input) {
  const server::ConfigResult result = server::ParseConfig(input, "f");
  Require(result.ok() == result.errors.empty(), "a configuration, or why there is none");
  if (!result.ok()) return CheckErrors(result.errors, input);
  Require(server::ConfigHash(result.loaded->config) == result.loaded->hash,
          "the hash is the configuration's");
  // Nothing may stand before a byte order mark.
  if (input.substr(0, 1) == "\xEF") return;
  const server::ConfigResult again = server::ParseConfig("# again\n" + std::string(input), "f");
  Require(again.ok() && again.loaded->hash == result.loaded->hash, "comments make no difference");
}

}  // namespace spillway::fuzz
