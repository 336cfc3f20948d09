// examples/callers.yaml: its demo keys work, and its comment's way to make a key makes one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/e2e/example_scene.h"
#include "tests/support/key_digest.h"
#include "tests/support/subprocess.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

Example Callers() { return Example("callers.yaml"); }

// What the file's comment sets apart from its prose, commands and keys: the line that begins so.
std::string CommentLine(const std::string& with) {
  std::vector<std::string> found;
  const std::string text = Callers().Text();
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "#   ") && absl::StartsWith(line, with)) found.emplace_back(line);
  }
  EXPECT_THAT(found, SizeIs(1)) << with;
  return found.empty() ? "" : found[0];
}

StatusCode CodeOf(const client::Outcome& outcome) { return outcome.status.error_code(); }

TEST(CallersExampleTest, ItsDemoKeysWork) {
  const ExampleScene scene(Callers().As(CommentLine("demo-production")));
  EXPECT_EQ(ServedBy(scene.Chat()), "openai/gpt-4o");
  EXPECT_EQ(ServedBy(scene.Chat("summaries")), "openai/gpt-4o-mini");
  const client::Client ci = scene.Caller(CommentLine("demo-sandbox"));
  EXPECT_EQ(ServedBy(ci.Chat(TestCall())), "sandbox/gpt-4o");
  EXPECT_EQ(ReasonOf(ci.Chat(TestCall("summaries"))), "MODEL_NOT_ALLOWED");
  EXPECT_EQ(CodeOf(scene.Caller("").Chat(TestCall())), StatusCode::UNAUTHENTICATED);
}

TEST(CallersExampleTest, ItsCommandsMakeAKeyThatWorks) {
  const std::string script =
      CommentLine("KEY=$(") + "\n" + CommentLine("printf") + "\nprintf '%s\\n' \"$KEY\"\n";
  testing::Subprocess shell("/bin/sh", {"-euc", script});
  ASSERT_EQ(shell.Wait(), 0) << shell.Errors();
  ASSERT_THAT(shell.Lines(), SizeIs(2));
  const std::string digest = shell.Lines()[0].substr(0, shell.Lines()[0].find(' '));
  const std::string key = shell.Lines()[1];
  EXPECT_THAT(key, MatchesRegex("[0-9a-f]{64}"));

  const std::string before = testing::KeyDigest(kProductionKey);
  const ExampleScene scene(Callers().With(before, digest).As(key));
  EXPECT_EQ(ServedBy(scene.Chat()), "openai/gpt-4o");
  EXPECT_EQ(CodeOf(scene.Caller(kProductionKey).Chat(TestCall())), StatusCode::UNAUTHENTICATED);
  // What it tells callers to type.
  EXPECT_THAT(CommentLine("SPILLWAY_KEY="), HasSubstr("$KEY build/bin/spillway chat"));
}

}  // namespace
}  // namespace spillway::e2e
