#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "transport/http_client.h"

namespace spillway::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Accepted {
  std::string url;
  bool tls;
  std::string host;
  std::uint16_t port;
  std::string base_path;
};

TEST(ParseUrl, TakesHttpUrlsApart) {
  const Accepted table[] = {
      {"https://api.example.com/v1", true, "api.example.com", 443, "/v1"},
      {"https://api.example.com/v1/", true, "api.example.com", 443, "/v1"},
      {"https://api.example.com", true, "api.example.com", 443, ""},
      {"https://api.example.com/", true, "api.example.com", 443, ""},
      {"http://models.ai.svc:8000/v1", false, "models.ai.svc", 8000, "/v1"},
      {"http://models.ai.svc", false, "models.ai.svc", 80, ""},
      {"http://models.ai.svc:/x", false, "models.ai.svc", 80, "/x"},
      {"HTTPS://API.Example.COM/V1", true, "api.example.com", 443, "/V1"},
      {"https://10.0.0.7:65535/a/b", true, "10.0.0.7", 65535, "/a/b"},
      {"http://[::1]:9000/v1", false, "::1", 9000, "/v1"},
      {"https://[2001:db8::7]", true, "2001:db8::7", 443, ""},
      {"https://h.example/openai%20x/v1", true, "h.example", 443, "/openai%20x/v1"},
  };
  for (const Accepted& row : table) {
    const auto parsed = ParseUrl(row.url);
    ASSERT_TRUE(parsed.ok()) << row.url << ": " << parsed.status();
    EXPECT_EQ(parsed->origin.tls, row.tls) << row.url;
    EXPECT_EQ(parsed->origin.host, row.host) << row.url;
    EXPECT_EQ(parsed->origin.port, row.port) << row.url;
    EXPECT_EQ(parsed->base_path, row.base_path) << row.url;
  }
}

TEST(ParseUrl, RefusesWhatItCannotServeAndSaysWhy) {
  const std::pair<std::string, std::string> table[] = {
      {"ftp://h.example/x", "https:// or http://"},
      {"https://user@h.example/", "user name or password"},
      {"https://user:pass@h.example/", "user name or password"},
      {"https://h.example/v1?key=1", "query"},
      {"https://h.example/v1?", "query"},
      {"https://h.example/v1#top", "fragment"},
      {"https:///v1", "host"},
      {"https:/v1", "host"},
      {"https://h.example:0/", "port"},
      {"https://h.example:65536/", "port"},
      {"https://h.example:port/", "not an absolute URL"},
      {"https://h%2eexample/", "escape"},
      {"https://[v1.x]/", "unknown form"},
      {"https://h.example:80x/v1", "not an absolute URL"},
      {"https://h.example:80:90/", "not an absolute URL"},
      {"https://[::1]x/", "not an absolute URL"},
      {"https://[::1/", "not an absolute URL"},
      {"h.example/v1", "not an absolute URL"},
      {"https://h.example/a b", "not an absolute URL"},
      {"https://h.example/\r\nX: y", "not an absolute URL"},
      {"", "not an absolute URL"},
  };
  for (const auto& [url, why] : table) {
    const auto parsed = ParseUrl(url);
    ASSERT_FALSE(parsed.ok()) << url;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(why)) << url;
  }
}

TEST(ParseUrl, ItsErrorsDoNotRepeatAPassword) {
  for (const char* url : {"https://me:hunter2@h.example/", "https://me:hunter2 @h.example/"}) {
    EXPECT_THAT(std::string(ParseUrl(url).status().message()), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace spillway::transport
