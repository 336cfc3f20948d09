// A good configuration, ways to spoil it, and where the spoiled place is.
#ifndef SPILLWAY_TESTS_SERVER_CONFIG_CONFIG_TEXT_H_
#define SPILLWAY_TESTS_SERVER_CONFIG_CONFIG_TEXT_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/config_loader.h"

namespace spillway::server {

inline constexpr char kGoodConfig[] = R"(server:
  grpc: {address: "127.0.0.1:0"}
  admin: {address: "127.0.0.1:0", grpc_address: "[::1]:9902"}
providers:
  - {name: openai, api: openai, models: [gpt-4o, gpt-4o-mini]}
  - {name: local, api: openai}
endpoints:
  - name: prod
    provider: openai
    url: https://api.openai.com/v1
    primary: true
    api_key: {env: OPENAI_API_KEY}
  - name: box
    provider: local
    url: https://llm.internal:8443
    tls: {ca_file: /etc/ca.pem, server_name: llm.internal}
  - name: test
    provider: openai
    url: http://proxy:8080/v1
    environment: sandbox
policies:
  - name: chat
    model: gpt-4o
    production:
      failover:
        targets:
          - {endpoint: prod, model: gpt-4o}
          - failover:
              targets:
                - {endpoint: box, model: llama}
                - {endpoint: box, model: llama, path: "/v1/other?x=1"}
    sandbox:
      failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}
    request_timeout: 30s
    retries: 3
    fail_on: [error, timeout, 429, http_503, 5xx, rate_limited]
    suspend_duration: 30s
)";

// Stands in a text where an error is expected; not part of the text itself.
inline constexpr char kMark[] = "@@";

// `text` with the one occurrence of `from` replaced.
inline std::string Edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "not in the text: " << from;
  if (at == std::string::npos) return text;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << "twice in the text: " << from;
  return text.replace(at, from.size(), to);
}

// Takes the marks out of `text` and says where they were.
inline std::vector<Position> TakeMarks(std::string* text) {
  std::vector<Position> marks;
  for (std::size_t at = text->find(kMark); at != std::string::npos; at = text->find(kMark)) {
    text->erase(at, sizeof(kMark) - 1);
    Position position{1, 1};
    for (std::size_t i = 0; i < at; ++i) {
      position =
          (*text)[i] == '\n' ? Position{position.line + 1, 1} : Position{position.line, position.column + 1};
    }
    marks.push_back(position);
  }
  return marks;
}

// One way to spoil a configuration.
struct Mistake {
  std::string name;
  // `from` becomes `to`, which holds the mark if the error has a place.
  std::string from;
  std::string to;
  std::string path;
  // Part of the message.
  std::string what;
};

inline void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

inline std::string MistakeName(const ::testing::TestParamInfo<Mistake>& info) { return info.param.name; }

// Expects `mistake`, made in a good configuration, to be the one error, in its place.
inline void ExpectFound(const Mistake& mistake, const std::string& good = kGoodConfig) {
  std::string text = Edited(good, mistake.from, mistake.to);
  const std::vector<Position> marks = TakeMarks(&text);
  const ConfigResult result = ParseConfig(text, "test.yaml");
  const std::string all = FormatErrors("test.yaml", result.errors);
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.errors.size(), 1u) << all;
  const ConfigError& error = result.errors[0];
  EXPECT_EQ(error.path, mistake.path) << all;
  EXPECT_NE(error.what.find(mistake.what), std::string::npos) << all << "has no: " << mistake.what;
  const Position expected = marks.empty() ? Position{} : marks[0];
  EXPECT_EQ(error.line, expected.line) << all;
  EXPECT_EQ(error.column, expected.column) << all;
}

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_CONFIG_CONFIG_TEXT_H_
