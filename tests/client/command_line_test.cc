#include "client/command/command_line.h"

#include <cstdlib>
#include <vector>

#include "client/command/arguments.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace spillway::client {
namespace {

using ::testing::HasSubstr;

class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"SPILLWAY_SERVER", "SPILLWAY_ADMIN", "SPILLWAY_KEY", "SPILLWAY_MODEL", "SPILLWAY_ADMIN_KEY"}) {
      unsetenv(name);
    }
  }

  static std::variant<Command, Stop> ParseArguments(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "spillway");
    return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
  }

  template <typename T>
  static T Parsed(std::vector<const char*> arguments) {
    auto parsed = ParseArguments(std::move(arguments));
    if (const Stop* stop = std::get_if<Stop>(&parsed)) {
      ADD_FAILURE() << stop->text;
      return {};
    }
    return std::get<T>(std::get<Command>(parsed));
  }

  static Stop Stopped(std::vector<const char*> arguments) {
    auto parsed = ParseArguments(std::move(arguments));
    if (const Stop* stop = std::get_if<Stop>(&parsed)) return *stop;
    ADD_FAILURE() << "was accepted";
    return {};
  }
};

TEST_F(CommandLine, ChatHasDefaultsForAllButTheText) {
  const auto chat = Parsed<ChatCommand>({"chat", "hello"});
  EXPECT_EQ(chat.server.address, "127.0.0.1:50051");
  EXPECT_EQ(chat.server.key, "");
  EXPECT_FALSE(chat.server.tls);
  EXPECT_EQ(chat.server.default_timeout, std::chrono::minutes(2));
  EXPECT_EQ(chat.model, "gpt-4o");
  EXPECT_EQ(chat.text, "hello");
  EXPECT_FALSE(chat.json);
  EXPECT_FALSE(chat.verbose);
}

TEST_F(CommandLine, ChatTakesItsFlagsInAnyOrder) {
  const auto chat =
      Parsed<ChatCommand>({"chat", "--server", "h:1", "-", "--key=K", "--model", "m", "--system", "s",
                           "--timeout", "1500ms", "--json", "--verbose", "--tls-ca", "ca.pem"});
  EXPECT_EQ(chat.server.address, "h:1");
  EXPECT_EQ(chat.server.key, "K");
  ASSERT_TRUE(chat.server.tls);
  EXPECT_EQ(chat.server.tls->ca_file, "ca.pem");
  EXPECT_EQ(chat.server.default_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(chat.model, "m");
  EXPECT_EQ(chat.system, "s");
  EXPECT_EQ(chat.text, "-");
  EXPECT_TRUE(chat.json);
  EXPECT_TRUE(chat.verbose);
}

TEST_F(CommandLine, AStreamMayBeResetWhereTheUserSaysSo) {
  EXPECT_FALSE(Parsed<ChatCommand>({"chat", "hi"}).stream);
  const auto plain = Parsed<ChatCommand>({"chat", "--stream", "hi"});
  EXPECT_TRUE(plain.stream);
  EXPECT_FALSE(plain.allow_reset);
  EXPECT_TRUE(Parsed<ChatCommand>({"chat", "--stream", "--allow-reset", "hi"}).allow_reset);
}

TEST_F(CommandLine, TlsAloneTrustsTheSystem) {
  const auto chat = Parsed<ChatCommand>({"chat", "--tls", "hi"});
  ASSERT_TRUE(chat.server.tls);
  EXPECT_EQ(chat.server.tls->ca_file, "");
}

TEST_F(CommandLine, TheEnvironmentFillsInWhatNoFlagSays) {
  setenv("SPILLWAY_SERVER", "env:1", 1);
  setenv("SPILLWAY_KEY", "env-key", 1);
  setenv("SPILLWAY_ADMIN", "env:2", 1);
  const auto chat = Parsed<ChatCommand>({"chat", "hi"});
  EXPECT_EQ(chat.server.address, "env:1");
  EXPECT_EQ(chat.server.key, "env-key");
  EXPECT_EQ(Parsed<ChatCommand>({"chat", "--server", "flag:1", "hi"}).server.address, "flag:1");
  EXPECT_EQ(Parsed<TargetsCommand>({"targets"}).admin.address, "env:2");
  EXPECT_EQ(Parsed<TargetsCommand>({"targets", "--admin", "flag:2"}).admin.address, "flag:2");
}

TEST_F(CommandLine, ATextThatLooksLikeAFlagComesAfterTwoDashes) {
  EXPECT_EQ(Parsed<ChatCommand>({"chat", "--", "--verbose is a flag"}).text, "--verbose is a flag");
}

TEST_F(CommandLine, RouteTakesAnEnvironment) {
  EXPECT_EQ(Parsed<RouteCommand>({"route", "--model", "m"}).environment, v1::ENVIRONMENT_UNSPECIFIED);
  const auto route = Parsed<RouteCommand>({"route", "--model", "m", "--environment", "sandbox", "--json"});
  EXPECT_EQ(route.environment, v1::ENVIRONMENT_SANDBOX);
  EXPECT_EQ(route.model, "m");
  EXPECT_TRUE(route.json);
  EXPECT_EQ(Parsed<RouteCommand>({"route", "--model", "m", "--environment", "production"}).environment,
            v1::ENVIRONMENT_PRODUCTION);
}

TEST_F(CommandLine, ATargetSplitsAtItsFirstSlash) {
  const auto suspend = Parsed<SuspendCommand>({"suspend", "prod/org/model", "--for", "30s"});
  EXPECT_EQ(suspend.admin.address, "127.0.0.1:9902");
  EXPECT_EQ(suspend.endpoint, "prod");
  EXPECT_EQ(suspend.model, "org/model");
  EXPECT_EQ(suspend.duration, std::chrono::seconds(30));
  EXPECT_EQ(Parsed<SuspendCommand>({"suspend", "prod/m"}).duration, std::nullopt);
  const auto resume = Parsed<ResumeCommand>({"resume", "prod/m", "--admin", "h:2"});
  EXPECT_EQ(resume.endpoint, "prod");
  EXPECT_EQ(resume.admin.address, "h:2");
}

TEST_F(CommandLine, ReloadTakesAnAddressAndAFormat) {
  const auto reload = Parsed<ReloadCommand>({"reload", "--admin", "h:2", "--json", "--timeout", "3s"});
  EXPECT_EQ(reload.admin.address, "h:2");
  EXPECT_EQ(reload.admin.default_timeout, std::chrono::seconds(3));
  EXPECT_TRUE(reload.json);
  EXPECT_EQ(Parsed<ReloadCommand>({"reload"}).admin.address, "127.0.0.1:9902");
}

TEST_F(CommandLine, AWatchHasAnIntervalIfItIsGivenOne) {
  EXPECT_FALSE(Parsed<TargetsCommand>({"targets"}).watch);
  const auto watch = Parsed<TargetsCommand>({"targets", "--watch"});
  EXPECT_TRUE(watch.watch);
  EXPECT_FALSE(watch.interval);
  EXPECT_EQ(Parsed<TargetsCommand>({"targets", "--watch", "--interval", "100ms"}).interval,
            std::chrono::milliseconds(100));
}

TEST_F(CommandLine, ConfigTakesAnAddressAndAFormat) {
  const auto config = Parsed<ConfigCommand>({"config", "--admin", "h:2", "--json"});
  EXPECT_EQ(config.admin.address, "h:2");
  EXPECT_TRUE(config.json);
}

TEST_F(CommandLine, OperatorsShowKeysAndCertificatesAsCallersDo) {
  const auto flags = Parsed<SuspendCommand>({"suspend", "e/m", "--admin-key", "A", "--tls-ca", "ca.pem",
                                             "--tls-cert", "me.pem", "--tls-key", "me.key"});
  EXPECT_EQ(flags.admin.key, "A");
  ASSERT_TRUE(flags.admin.tls);
  EXPECT_EQ(flags.admin.tls->ca_file, "ca.pem");
  EXPECT_EQ(flags.admin.tls->cert_file, "me.pem");
  EXPECT_EQ(flags.admin.tls->key_file, "me.key");
  setenv("SPILLWAY_ADMIN_KEY", "E", 1);
  setenv("SPILLWAY_KEY", "caller's", 1);
  for (const char* command : {"targets", "reload", "config"}) {
    const auto parsed = std::get<Command>(ParseArguments({command}));
    std::visit(
        [&](const auto& c) {
          if constexpr (requires { c.admin; }) {
            EXPECT_EQ(c.admin.key, "E") << command;
            EXPECT_FALSE(c.admin.tls) << command;
          }
        },
        parsed);
  }
  unsetenv("SPILLWAY_ADMIN_KEY");
  unsetenv("SPILLWAY_KEY");
  const auto chat = Parsed<ChatCommand>({"chat", "--tls-cert", "me.pem", "--tls-key", "me.key", "hi"});
  ASSERT_TRUE(chat.server.tls);
  EXPECT_EQ(chat.server.tls->key_file, "me.key");
}

struct UsageCase {
  std::vector<const char*> arguments;
  const char* message;
};

TEST_F(CommandLine, WhatIsWrongIsNamedAndExits2) {
  const UsageCase cases[] = {
      {{}, "A subcommand is required"},
      {{"targets", "--interval", "1s"}, "--interval: is for --watch"},
      {{"targets", "--watch", "--interval", "99ms"}, "--interval: must be 100ms at least"},
      {{"targets", "--tls-cert", "me.pem"}, "need each other"},
      {{"chat", "--tls-key", "me.key", "hi"}, "need each other"},
      {{"nope"}, "not expected: nope"},
      {{"chat", "--frobnicate"}, "not expected: --frobnicate"},
      {{"chat", "--allow-reset", "hi"}, "--allow-reset: is for --stream"},
      {{"chat", "hello", "world"}, "not expected: world"},
      {{"chat"}, "TEXT: required"},
      {{"chat", ""}, "TEXT: empty"},
      {{"chat", "\xFF"}, "TEXT: not UTF-8"},
      {{"chat", "--system", "\xFF", "hi"}, "--system: not UTF-8"},
      {{"chat", "--server"}, "--server"},
      {{"chat", "--timeout", "30", "hi"}, "--timeout: '30' is not a duration"},
      {{"chat", "--timeout", "0s", "hi"}, "--timeout: '0s' is not between"},
      {{"chat", "--timeout", "-3s", "hi"}, "--timeout"},
      {{"chat", "--timeout", "inf", "hi"}, "--timeout: 'inf' is not between"},
      {{"route"}, "--model: required"},
      {{"route", "--model", "m", "--environment", "staging"}, "--environment: staging not in"},
      {{"suspend"}, "TARGET: required"},
      {{"suspend", "prod"}, "TARGET: 'prod' is not ENDPOINT/MODEL"},
      {{"suspend", "/m"}, "TARGET: '/m' is not ENDPOINT/MODEL"},
      {{"resume", "prod/"}, "TARGET: 'prod/' is not ENDPOINT/MODEL"},
      {{"suspend", "prod/m", "--for", "soon"}, "--for: 'soon' is not a duration"},
      {{"resume", "prod/m", "--for", "3s"}, "--for"},
      {{"reload", "spillway.yaml"}, "not expected: spillway.yaml"},
  };
  for (const UsageCase& c : cases) {
    const Stop stop = Stopped(c.arguments);
    EXPECT_EQ(stop.exit_code, kExitUsage) << c.message;
    EXPECT_THAT(stop.text, HasSubstr(c.message));
  }
}

TEST_F(CommandLine, HelpDocumentsTheExitStatus) {
  for (std::vector<const char*> arguments : {std::vector<const char*>{"--help"},
                                             {"chat", "--help"},
                                             {"route", "-h"},
                                             {"suspend", "--help"},
                                             {"reload", "--help"}}) {
    const Stop stop = Stopped(arguments);
    EXPECT_EQ(stop.exit_code, kExitOk);
    EXPECT_THAT(stop.text, HasSubstr("Exit status: 0 the answer is whole, 1 the call failed, 2"));
  }
}

TEST_F(CommandLine, TheVersionIsTheProjects) {
  const Stop stop = Stopped({"--version"});
  EXPECT_EQ(stop.exit_code, kExitOk);
  EXPECT_EQ(stop.text, "spillway " SPILLWAY_VERSION "\n");
}

TEST_F(CommandLine, HelpDoesNotShowTheKey) {
  setenv("SPILLWAY_KEY", "very-secret", 1);
  EXPECT_THAT(Stopped({"chat", "--help"}).text, ::testing::Not(HasSubstr("very-secret")));
}

TEST(Arguments, TimeoutsComeInUnits) {
  EXPECT_EQ(ParseTimeout("30s").value(), std::chrono::seconds(30));
  EXPECT_EQ(ParseTimeout("1500ms").value(), std::chrono::milliseconds(1500));
  EXPECT_EQ(ParseTimeout("5m").value(), std::chrono::minutes(5));
  EXPECT_EQ(ParseTimeout("1h30m").value(), std::chrono::minutes(90));
  for (const char* wrong : {"", "30", "s", "-1s", "0", "0.1ms", "9000h", "inf", "1 s"}) {
    EXPECT_FALSE(ParseTimeout(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace spillway::client
