// Every file of the seed corpora through its fuzz target: none breaks a promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "spillway/v1/chat.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/paths.h"

namespace spillway::fuzz {

void PrintTo(const FuzzTarget& target, std::ostream* out) { *out << target.name; }

namespace {

namespace fs = std::filesystem;

const fs::path kCorpora = testing::SourcePath("tests/fuzz/corpus");

std::vector<fs::path> FilesOf(const FuzzTarget& target) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kCorpora / target.name)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// As tools/fuzz.sh hands it to the fuzzer: messages in text form become binary.
std::string InputOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (file.extension() != ".textproto") return content;
  v1::ChatRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(content, &request)) << file;
  return request.SerializeAsString();
}

class Corpus : public ::testing::TestWithParam<FuzzTarget> {};

TEST_P(Corpus, EveryFileKeepsThePromises) {
  const std::vector<fs::path> files = FilesOf(GetParam());
  EXPECT_GE(files.size(), 5u);
  for (const fs::path& file : files) {
    SCOPED_TRACE(file);
    const std::string input = InputOf(file);
    EXPECT_FALSE(input.empty());
    EXPECT_NO_THROW(GetParam().run(input));
  }
}

// Inputs near the good ones: what a fuzzer would find first is found by every test run.
TEST_P(Corpus, EveryFileCutOffAnywhereKeepsThePromises) {
  for (const fs::path& file : FilesOf(GetParam())) {
    SCOPED_TRACE(file);
    const std::string input = InputOf(file);
    for (std::size_t size = 0; size < input.size(); ++size) {
      SCOPED_TRACE(size);
      EXPECT_NO_THROW(GetParam().run(std::string_view(input).substr(0, size)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus, ::testing::ValuesIn(FuzzTargets().begin(), FuzzTargets().end()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Corpora, AreEachATargets) {
  std::size_t folders = 0;
  for ([[maybe_unused]] const auto& folder : fs::directory_iterator(kCorpora)) ++folders;
  EXPECT_EQ(folders, FuzzTargets().size());
}

TEST(Promise, ThrowsWhenItIsBroken) {
  EXPECT_NO_THROW(Require(true, "two is even"));
  EXPECT_THROW(Require(false, "two is odd"), BrokenPromise);
}

}  // namespace
}  // namespace spillway::fuzz
