#include "tests/sim/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

#include "tests/sim/raw_client.h"
#include "tests/sim/simulator.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

SimulatorOptions TwoWithControl() {
  SimulatorOptions options;
  options.control = "127.0.0.1:0";
  options.personalities.push_back(ParsePersonalityFlag("openai", "primary"));
  options.personalities.push_back(ParsePersonalityFlag("openai", "backup,tls"));
  return options;
}

class ControlTest : public ::testing::Test {
 protected:
  HttpResponse Call(const std::string& method, const std::string& path, const std::string& body = "") {
    const std::string address = simulator_.control_address();
    RawClient client(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    return client.Exchange(method, path, body).response;
  }

  HttpResponse AskPrimary() {
    return RawClient(simulator_.port("primary")).Post("/v1/chat/completions", ChatBody("hi")).response;
  }

  Simulator simulator_{TwoWithControl()};
};

TEST_F(ControlTest, IsHealthy) {
  EXPECT_EQ(Call("GET", "/healthz").status, 200);
  EXPECT_EQ(Call("GET", "/healthz").body, "ok\n");
}

TEST_F(ControlTest, ListsPersonalities) {
  const json::value list = json::parse(Call("GET", "/personalities").body);
  ASSERT_EQ(list.as_array().size(), 2u);
  EXPECT_EQ(list.at(0).at("name"), "primary");
  EXPECT_EQ(list.at(0).at("port"), simulator_.port("primary"));
  EXPECT_EQ(list.at(0).at("url"), simulator_.url("primary").c_str());
  EXPECT_THAT(simulator_.url("backup"), HasSubstr("https://127.0.0.1:"));
  EXPECT_EQ(list.at(1).at("tls"), true);
}

TEST_F(ControlTest, SetsScripts) {
  EXPECT_EQ(Call("PUT", "/personalities/primary/script", R"({"steps": ["overloaded"], "then": "ok"})").status,
            200);
  EXPECT_EQ(AskPrimary().status, 503);
  EXPECT_EQ(AskPrimary().status, 200);
  EXPECT_EQ(Call("PUT", "/personalities/primary/script", "quota").status, 200);
  EXPECT_EQ(AskPrimary().status, 429);
}

TEST_F(ControlTest, RefusesBadScriptsAndKeepsTheOldOne) {
  const HttpResponse refused = Call("PUT", "/personalities/primary/script", R"(["ok", {"fault": "meteor"}])");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("script[1].fault"));
  EXPECT_EQ(AskPrimary().status, 200);
  EXPECT_EQ(Call("PUT", "/personalities/nobody/script", "ok").status, 404);
}

TEST_F(ControlTest, ShowsTheLog) {
  AskPrimary();
  RawClient(simulator_.port("backup"), simulator_.ca_pem()).Get("/v1/models");
  const json::value log = json::parse(Call("GET", "/log").body);
  ASSERT_EQ(log.as_array().size(), 2u);
  const json::value& entry = log.at(0);
  EXPECT_EQ(entry.at("seq"), 1);
  EXPECT_EQ(entry.at("personality"), "primary");
  EXPECT_EQ(entry.at("method"), "POST");
  EXPECT_EQ(entry.at("path"), "/v1/chat/completions");
  EXPECT_EQ(entry.at("headers").at("content-type"), "application/json");
  EXPECT_EQ(entry.at("body"), json::string(ChatBody("hi")));
  EXPECT_EQ(entry.at("fault"), "ok");
  EXPECT_EQ(entry.at("status"), 200);
  EXPECT_THAT(std::string(entry.at("answer").as_string()), HasSubstr("primary heard: hi"));
  EXPECT_TRUE(entry.at("peer_closed_ms").is_null());
  EXPECT_EQ(log.at(1).at("path"), "/v1/models");
}

TEST_F(ControlTest, FiltersAndForgetsTheLog) {
  AskPrimary();
  AskPrimary();
  EXPECT_EQ(json::parse(Call("GET", "/log?since=1").body).as_array().size(), 1u);
  EXPECT_EQ(json::parse(Call("GET", "/log?personality=backup").body).as_array().size(), 0u);
  EXPECT_EQ(Call("GET", "/log?since=soon").status, 400);
  EXPECT_EQ(Call("DELETE", "/log").status, 200);
  EXPECT_EQ(json::parse(Call("GET", "/log").body).as_array().size(), 0u);
}

TEST_F(ControlTest, OtherPathsAndMethodsAreErrors) {
  EXPECT_EQ(Call("GET", "/").status, 404);
  EXPECT_EQ(Call("POST", "/log").status, 405);
  EXPECT_EQ(Call("GET", "/personalities/primary/script").status, 405);
}

}  // namespace
}  // namespace spillway::sim
