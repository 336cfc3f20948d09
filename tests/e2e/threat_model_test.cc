// docs/threat-model.md names tests: each of them is there.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(testing::SourcePath(path)).rdbuf();
  return text.str();
}

TEST(ThreatModelTest, EachTestThatItNamesIsThere) {
  const std::string document = TextOf("docs/threat-model.md");
  const std::regex word("`(tests/[a-z0-9_/]+\\.cc|[A-Z][A-Za-z0-9]+\\.[A-Z][A-Za-z0-9]+)`");
  std::set<std::string> named;
  std::string file;
  std::string text;
  for (std::sregex_iterator match(document.begin(), document.end(), word), end; match != end; ++match) {
    const std::string name = (*match)[1];
    if (name.compare(0, 6, "tests/") == 0) {
      file = name;
      text = TextOf(file);
      EXPECT_FALSE(text.empty()) << "there is no " << file;
      continue;
    }
    const std::size_t dot = name.find('.');
    const std::string declaration = "(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")";
    EXPECT_NE(text.find(declaration), std::string::npos) << name << " is not in " << file;
    named.insert(name);
  }
  EXPECT_GT(named.size(), 50u);
}

}  // namespace
}  // namespace spillway::e2e
