// `spillway chat --stream` as its user meets it: a process, its streams, its exit code.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "boost/json.hpp"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/proto_text.h"
#include "tests/client/run_command.h"
#include "tests/support/paths.h"

namespace spillway::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CommandStreamTest : public ::testing::Test {
 protected:
  CommandStreamTest() {
    Add("delta {role: ROLE_ASSISTANT content: 'Pa'}");
    Add("delta {content: 'ris.'}");
    script().initial_metadata = {{"x-spillway-model", "gpt-4o"}};
  }

  StreamScript& script() { return server_.scripts.stream_chat; }
  void Add(const char* event) { script().events.push_back(Parse<v1::ChatEvent>(event)); }

  void End() {
    Add("usage {prompt_tokens: 12 completion_tokens: 3}");
    Add("finish {finish_reason: 'stop' route {policy: 'p' served_by {provider: 'openai' endpoint: 'prod' "
        "model: "
        "'gpt-4o'} attempts {target {provider: 'openai' endpoint: 'prod' model: 'gpt-4o'} http_status: 200 "
        "latency "
        "{nanos: 812000000} first_token_latency {nanos: 90000000}}}}");
  }

  void Break() {
    const auto info = Parse<google::rpc::ErrorInfo>("reason: 'STREAM_BROKEN' domain: 'spillway'");
    const auto trace = Parse<v1::RouteTrace>(
        "policy: 'p' attempts {target {provider: 'openai' endpoint: 'prod' model: 'gpt-4o'} failure: "
        "FAILURE_TRUNCATED http_status: 200}");
    script().status = StatusWithDetails(grpc::StatusCode::UNAVAILABLE, "the stream broke", {info, trace});
    script().trailers = {{"x-request-id", "r-1"}};
  }

  CommandResult Chat(std::vector<std::string> flags, const CommandInput& input = {}) const {
    flags.insert(flags.begin(), {"chat", "--stream", "--server", server_.address()});
    flags.emplace_back("Capital of France?");
    return RunCommand(ProgramPath("spillway"), flags, input);
  }

  FakeServer server_;
};

// Each line of `text` as JSON.
std::vector<boost::json::object> Lines(const std::string& text) {
  std::vector<boost::json::object> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(boost::json::parse(std::string(line)).as_object());
  }
  return lines;
}

TEST_F(CommandStreamTest, TheAnswerIsOnStandardOutputAndItsReportBeside) {
  End();
  const CommandResult run = Chat({});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "Paris.\n");
  EXPECT_EQ(run.err,
            "served by  openai / prod / gpt-4o  (provider / endpoint / model)\n"
            "policy     p\n"
            "attempts   1\n"
            "  1. openai/prod gpt-4o  200 ok  812 ms (first token 90 ms)\n"
            "tokens     12 in (0 cached), 3 out (0 reasoning)\n");
  const auto seen = server_.log().stream_chat.at(0);
  EXPECT_EQ(seen.request.messages(0).content(), "Capital of France?");
  EXPECT_TRUE(seen.request.stream_options().include_usage());
  EXPECT_FALSE(seen.request.allow_reset());
}

TEST_F(CommandStreamTest, ABrokenAnswerIsMarkedAndFails) {
  Break();
  const CommandResult run = Chat({});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "Paris.\n[incomplete: the answer broke off here]\n");
  EXPECT_THAT(run.err, HasSubstr("the answer broke off: what came of it is not the whole (UNAVAILABLE)"));
  EXPECT_THAT(run.err, HasSubstr("the stream broke"));
  EXPECT_THAT(run.err, HasSubstr("  1. openai/prod gpt-4o  200 truncated"));
  EXPECT_THAT(run.err, HasSubstr("--allow-reset"));
}

TEST_F(CommandStreamTest, ACallThatFailsBeforeItsFirstTokenSaysAsChatDoes) {
  script().events.clear();
  script().status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "all targets failed");
  const CommandResult run = Chat({});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("all targets failed"));
}

TEST_F(CommandStreamTest, AResetIsShownAndTheNewAnswerIsWhole) {
  Add("reset {failure: FAILURE_STALLED target {provider: 'azure' endpoint: 'eu' model: 'm'}}");
  Add("delta {role: ROLE_ASSISTANT content: 'Paris!'}");
  End();
  const CommandResult run = Chat({"--allow-reset"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(
      run.out,
      "Paris.\n[reset: everything above is void (stalled); azure/eu m answers from the beginning]\nParis!\n");
  EXPECT_TRUE(server_.log().stream_chat.at(0).request.allow_reset());
}

TEST_F(CommandStreamTest, JsonIsALineAnEventAndOneForTheEnd) {
  End();
  const CommandResult run = Chat({"--json"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  const auto lines = Lines(run.out);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0].at("delta").at("content"), "Pa");
  EXPECT_EQ(lines[1].at("delta").at("content"), "ris.");
  EXPECT_EQ(lines[2].at("usage").at("prompt_tokens"), "12");
  EXPECT_EQ(lines[3].at("finish").at("route").at("served_by").at("endpoint"), "prod");
  EXPECT_EQ(lines[4].size(), 2u);
  EXPECT_EQ(lines[4].at("metadata").at("x-spillway-model"), "gpt-4o");
  EXPECT_EQ(lines[4].at("status").at("code"), "OK");
}

TEST_F(CommandStreamTest, JsonOfABrokenAnswerEndsInItsStatus) {
  Break();
  const CommandResult run = Chat({"--json"});
  EXPECT_EQ(run.exit_code, 1);
  const auto lines = Lines(run.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2].at("status").at("code"), "UNAVAILABLE");
  EXPECT_EQ(lines[2].at("status").at("details").at(0).at("reason"), "STREAM_BROKEN");
  EXPECT_EQ(lines[2].at("metadata").at("x-request-id"), "r-1");
}

TEST_F(CommandStreamTest, AnOkWithoutAFinishIsNoWholeAnswer) {
  const CommandResult run = Chat({});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("[incomplete"));
}

TEST_F(CommandStreamTest, OutputThatCannotBeWrittenEndsTheCall) {
  script().silent = true;
  const CommandResult run = Chat({}, {.out_path = "/dev/full"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot write to standard output"));
  EXPECT_THAT(run.err, Not(HasSubstr("served by")));
  EXPECT_TRUE(server_.WaitUntilCallerLeft());
}

TEST_F(CommandStreamTest, HelpTellsOfTheMarksAndTheLines) {
  const CommandResult run = RunCommand(ProgramPath("spillway"), {"chat", "--help"});
  EXPECT_EQ(run.exit_code, 0);
  for (const char* word : {"--stream", "--allow-reset", "[incomplete", "[reset", "one object"}) {
    EXPECT_THAT(run.out, HasSubstr(word));
  }
}

}  // namespace
}  // namespace spillway::testing
