// The `spillway` command as its user meets it: a process, its streams, its exit code.
#include <string>
#include <vector>

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

CommandResult Spillway(const std::vector<std::string>& arguments, const CommandInput& input = {}) {
  return RunCommand(ProgramPath("spillway"), arguments, input);
}

boost::json::object ParseJson(const std::string& text) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  EXPECT_FALSE(error) << error.message() << ": " << text;
  return value.is_object() ? value.as_object() : boost::json::object();
}

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    server_.scripts.chat.response = Parse<v1::ChatResponse>(
        "choices {message {content: 'Paris.'} finish_reason: 'stop'}"
        "route {policy: 'p' served_by {provider: 'openai' endpoint: 'prod' model: 'gpt-4o'}"
        "       attempts {target {provider: 'openai' endpoint: 'prod' model: 'gpt-4o'} http_status: 200}}");
    server_.scripts.chat.initial_metadata = {{"x-spillway-model", "gpt-4o"}};
  }

  void FailChat() {
    const auto info = Parse<google::rpc::ErrorInfo>("reason: 'ALL_TARGETS_FAILED' domain: 'spillway'");
    const auto retry = Parse<google::rpc::RetryInfo>("retry_delay {seconds: 28}");
    server_.scripts.chat = {};
    server_.scripts.chat.status =
        StatusWithDetails(grpc::StatusCode::UNAVAILABLE, "all targets failed", {info, retry});
    server_.scripts.chat.trailers = {{"x-request-id", "r-1"}};
  }

  std::vector<std::string> ToServer(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return arguments;
  }

  std::vector<std::string> ToAdmin(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--admin", server_.address()});
    return arguments;
  }

  FakeServer server_;
};

TEST_F(CommandTest, TheAnswerAloneIsOnStandardOutput) {
  const auto run =
      Spillway(ToServer({"chat", "--model", "m", "--system", "Be brief.", "Capital of France?"}));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "Paris.\n");
  EXPECT_EQ(run.err,
            "served by  openai / prod / gpt-4o  (provider / endpoint / model)\n"
            "policy     p\n"
            "attempts   1\n"
            "  1. openai/prod gpt-4o  200 ok\n");
  const auto request = server_.log().chat.at(0).request;
  EXPECT_EQ(request.model(), "m");
  ASSERT_EQ(request.messages_size(), 2);
  EXPECT_EQ(request.messages(0).role(), v1::ROLE_SYSTEM);
  EXPECT_EQ(request.messages(0).content(), "Be brief.");
  EXPECT_EQ(request.messages(1).role(), v1::ROLE_USER);
  EXPECT_EQ(request.messages(1).content(), "Capital of France?");
}

TEST_F(CommandTest, ADashReadsStandardInput) {
  const auto run = Spillway(ToServer({"chat", "-"}), {.in = "line 1\nline é\n"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(server_.log().chat.at(0).request.messages(0).content(), "line 1\nline é\n");
}

TEST_F(CommandTest, StandardInputThatCannotBeSentIsAUsageError) {
  const auto empty = Spillway(ToServer({"chat", "-"}));
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, HasSubstr("standard input is empty"));
  const auto binary = Spillway(ToServer({"chat", "-"}), {.in = "\xFF\xFE"});
  EXPECT_EQ(binary.exit_code, 2);
  EXPECT_THAT(binary.err, HasSubstr("standard input is not UTF-8"));
  EXPECT_TRUE(server_.log().chat.empty());
}

TEST_F(CommandTest, ServerAndKeyComeFromTheEnvironmentToo) {
  const auto run =
      Spillway({"chat", "hi"}, {.environment = {"SPILLWAY_SERVER=" + server_.address(), "SPILLWAY_KEY=K-7"}});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(server_.log().chat.at(0).metadata.find("authorization")->second, "Bearer K-7");
}

TEST_F(CommandTest, JsonIsOneObjectAndNothingElse) {
  const auto run = Spillway(ToServer({"chat", "--json", "hi"}));
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  const auto object = ParseJson(run.out);
  EXPECT_EQ(object.size(), 3u);
  EXPECT_EQ(object.at("status").at("code"), "OK");
  EXPECT_EQ(object.at("metadata").at("x-spillway-model"), "gpt-4o");
  const auto& response = object.at("response").as_object();
  EXPECT_EQ(response.at("choices").at(0).at("message").at("content"), "Paris.");
  EXPECT_EQ(response.at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(response.at("route").at("served_by").at("endpoint"), "prod");
}

TEST_F(CommandTest, AFailedCallExits1AndSaysWhatAndWhen) {
  FailChat();
  const auto run = Spillway(ToServer({"chat", "hi"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err,
            "failed     the server is not available (UNAVAILABLE)\n"
            "           all targets failed\n"
            "reason     ALL_TARGETS_FAILED\n"
            "retry      in 28 s\n");
}

TEST_F(CommandTest, AFailedCallsJsonHasItsDetails) {
  FailChat();
  const auto run = Spillway(ToServer({"chat", "--json", "hi"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.err, "");
  const auto object = ParseJson(run.out);
  EXPECT_TRUE(object.at("response").is_null());
  EXPECT_EQ(object.at("metadata").at("x-request-id"), "r-1");
  EXPECT_EQ(object.at("status").at("code"), "UNAVAILABLE");
  EXPECT_EQ(object.at("status").at("message"), "all targets failed");
  const auto& details = object.at("status").at("details").as_array();
  ASSERT_EQ(details.size(), 2u);
  EXPECT_EQ(details[0].at("@type"), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(details[0].at("reason"), "ALL_TARGETS_FAILED");
  EXPECT_EQ(details[1].at("retry_delay"), "28s");
}

TEST_F(CommandTest, AnAnswerThatJsonCannotSayIsAFailedCall) {
  server_.scripts.chat.response.mutable_route()->mutable_attempts(0)->mutable_latency()->set_seconds(
      1'000'000'000'000);
  const auto run = Spillway(ToServer({"chat", "--json", "hi"}));
  EXPECT_EQ(run.exit_code, 1);
  const auto object = ParseJson(run.out);
  EXPECT_TRUE(object.at("response").is_null());
  EXPECT_EQ(object.at("status").at("code"), "INTERNAL");
}

TEST_F(CommandTest, AnAnswerNobodyCouldReadIsAFailedCall) {
  const auto run = Spillway(ToServer({"chat", "hi"}), {.out_path = "/dev/full"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot write to standard output"));
}

TEST_F(CommandTest, TheTimeoutEndsACallToASilentServer) {
  server_.scripts.chat.silent = true;
  const auto run = Spillway(ToServer({"chat", "--timeout", "2s", "hi"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("(DEADLINE_EXCEEDED)"));
  EXPECT_THAT(run.err, HasSubstr("--timeout is 2s"));
}

TEST_F(CommandTest, RouteIsATableOrJson) {
  server_.scripts.route.response = Parse<v1::RouteResponse>(
      "policy: 'p' candidates {target {provider: 'o' endpoint: 'e' model: 'm'} state: TARGET_STATE_AVAILABLE"
      "                        reason: 'first' would_try: true} settings {retries: 1}");
  const auto table = Spillway(ToServer({"route", "--model", "m", "--environment", "sandbox"}));
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("A call for m follows policy p.\n"));
  EXPECT_THAT(table.out, HasSubstr("1  o/e m   would try  available  first\n"));
  EXPECT_THAT(table.out, HasSubstr("settings in force\n"));
  EXPECT_EQ(server_.log().route.at(0).request.environment(), v1::ENVIRONMENT_SANDBOX);
  const auto json = Spillway(ToServer({"route", "--model", "m", "--json"}));
  EXPECT_EQ(ParseJson(json.out).at("response").at("candidates").at(0).at("would_try"), true);
}

TEST_F(CommandTest, TargetsAreATableOrJson) {
  server_.scripts.list_targets.response = Parse<v1::ListTargetsResponse>(
      "targets {target {provider: 'o' endpoint: 'e' model: 'm'} state: TARGET_STATE_AVAILABLE}");
  const auto table = Spillway(ToAdmin({"targets"}));
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("e/m     available"));
  const auto json = Spillway({"targets", "--json"}, {.environment = {"SPILLWAY_ADMIN=" + server_.address()}});
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(ParseJson(json.out).at("response").at("targets").at(0).at("state"), "TARGET_STATE_AVAILABLE");
}

TEST_F(CommandTest, SuspendAndResumeNameTheTarget) {
  server_.scripts.suspend_target.response = Parse<v1::SuspendTargetResponse>(
      "target {target {endpoint: 'e' model: 'org/m'} state: TARGET_STATE_SUSPENDED by_hand: true}");
  server_.scripts.resume_target.response = Parse<v1::ResumeTargetResponse>(
      "target {target {endpoint: 'e' model: 'org/m'} state: TARGET_STATE_AVAILABLE}");
  const auto suspend = Spillway(ToAdmin({"suspend", "e/org/m", "--for", "1500ms"}));
  EXPECT_EQ(suspend.exit_code, 0) << suspend.err;
  EXPECT_EQ(suspend.out, "e/org/m is suspended by hand until resumed.\n");
  const auto request = server_.log().suspend_target.at(0).request;
  EXPECT_EQ(request.endpoint(), "e");
  EXPECT_EQ(request.model(), "org/m");
  EXPECT_EQ(request.duration().seconds(), 1);
  EXPECT_EQ(request.duration().nanos(), 500'000'000);
  const auto resume = Spillway(ToAdmin({"resume", "e/org/m"}));
  EXPECT_EQ(resume.out, "e/org/m is available.\n");
}

TEST_F(CommandTest, AnUnknownTargetExits1) {
  server_.scripts.suspend_target.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no target e/m");
  const auto run = Spillway(ToAdmin({"suspend", "e/m"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.err, "failed     not found (NOT_FOUND)\n           no target e/m\n");
  EXPECT_FALSE(server_.log().suspend_target.at(0).request.has_duration());
}

TEST_F(CommandTest, AReloadSaysWhatCameOfIt) {
  server_.scripts.reload_config.response =
      Parse<v1::ReloadConfigResponse>("config_hash: 281474976710655 changed: true");
  const auto run = Spillway(ToAdmin({"reload"}));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "Reloaded: configuration 281474976710655 is now in force.\n");
  const auto json = Spillway({"reload", "--json"}, {.environment = {"SPILLWAY_ADMIN=" + server_.address()}});
  EXPECT_EQ(json.exit_code, 0);
  const auto object = ParseJson(json.out);
  EXPECT_EQ(object.at("response").at("config_hash"), "281474976710655");
  EXPECT_EQ(object.at("response").at("changed"), true);
}

TEST_F(CommandTest, ARejectedReloadExits1WithTheErrors) {
  const auto info = Parse<google::rpc::ErrorInfo>(
      "reason: 'INVALID_CONFIG' domain: 'spillway'"
      "metadata {key: 'file' value: '/etc/s.yaml'} metadata {key: 'errors' value: '1'}");
  const auto bad = Parse<google::rpc::BadRequest>(
      "field_violations {field: 'policies[0].model' description: 'line 7, column 3: required'}");
  server_.scripts.reload_config.status = StatusWithDetails(
      grpc::StatusCode::INVALID_ARGUMENT, "nothing changed: 7:3: policies[0].model: required", {info, bad});
  const auto run = Spillway(ToAdmin({"reload"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err,
            "failed     the configuration file has errors; nothing has changed\n"
            "file       /etc/s.yaml\n"
            "errors     policies[0].model: line 7, column 3: required\n");
  const auto json = Spillway(ToAdmin({"reload", "--json"}));
  EXPECT_EQ(json.exit_code, 1);
  const auto object = ParseJson(json.out);
  EXPECT_TRUE(object.at("response").is_null());
  EXPECT_EQ(object.at("status").at("code"), "INVALID_ARGUMENT");
  EXPECT_EQ(object.at("status").at("details").at(0).at("reason"), "INVALID_CONFIG");
}

TEST(Command, ARefusedConnectionNamesTheAddressAndWhatToCheck) {
  const std::string address = UnusedAddress();
  const auto chat = Spillway({"chat", "--server", address, "hi"});
  EXPECT_EQ(chat.exit_code, 1);
  EXPECT_EQ(chat.out, "");
  EXPECT_THAT(chat.err, HasSubstr("cannot reach the Spillway server at " + address));
  EXPECT_THAT(chat.err, HasSubstr("because    Connection refused\n"));
  EXPECT_THAT(chat.err, HasSubstr("SPILLWAY_SERVER"));
  const auto targets = Spillway({"targets", "--admin", address});
  EXPECT_EQ(targets.exit_code, 1);
  EXPECT_THAT(targets.err, HasSubstr("SPILLWAY_ADMIN"));
  const auto json = Spillway({"chat", "--json", "--server", address, "hi"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_EQ(ParseJson(json.out).at("status").at("code"), "UNAVAILABLE");
}

TEST(Command, AWrongCommandLineExits2AndSaysWhy) {
  const auto flag = Spillway({"chat", "--frobnicate", "hi"});
  EXPECT_EQ(flag.exit_code, 2);
  EXPECT_EQ(flag.out, "");
  EXPECT_THAT(flag.err, HasSubstr("not expected: --frobnicate"));
  const auto key = Spillway({"chat", "hi"}, {.environment = {"SPILLWAY_KEY=se\ncret"}});
  EXPECT_EQ(key.exit_code, 2);
  EXPECT_THAT(key.err, HasSubstr("key: holds a character"));
  EXPECT_THAT(key.err, ::testing::Not(HasSubstr("cret")));
  const auto address = Spillway({"targets", "--admin", "localhost"});
  EXPECT_EQ(address.exit_code, 2);
  EXPECT_THAT(address.err, HasSubstr("has no port"));
}

TEST(Command, HelpGoesToStandardOutput) {
  const auto run = Spillway({"--help"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, HasSubstr("Exit status"));
}

}  // namespace
}  // namespace spillway::testing
