// What goes out: the head's bytes, what is refused, and how the bytes are cut.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "transport/outgoing_request.h"
#include "transport/request_head.h"

namespace spillway::transport {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RequestHead Head(const Origin& origin, const HttpHeaders& secrets = {}) {
  auto head = RequestHead::Create(origin, secrets);
  EXPECT_TRUE(head.ok()) << head.status();
  return *std::move(head);
}

const Origin kOrigin{.tls = true, .host = "api.example.com", .port = 443};

std::string Rendered(const Origin& origin) {
  std::string out;
  Head(origin).Render({.path = "/", .headers = {}, .body = ""}, out);
  return out;
}

TEST(RequestHead, RendersEveryHeaderOnce) {
  std::string out;
  Head(kOrigin, {{"Authorization", "Bearer k"}})
      .Render({.path = "/v1/x?y=1", .headers = {{"Content-Type", "application/json"}}, .body = "12345"}, out);
  EXPECT_EQ(out,
            "POST /v1/x?y=1 HTTP/1.1\r\n"
            "Host: api.example.com\r\n"
            "User-Agent: spillway/" SPILLWAY_VERSION
            "\r\n"
            "Accept-Encoding: identity\r\n"
            "Authorization: Bearer k\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 5\r\n\r\n");
}

TEST(RequestHead, HostHasThePortUnlessItIsTheUsualAndBracketsAroundIpv6) {
  EXPECT_THAT(Rendered({.tls = false, .host = "h", .port = 80}), HasSubstr("Host: h\r\n"));
  EXPECT_THAT(Rendered({.tls = false, .host = "h", .port = 443}), HasSubstr("Host: h:443\r\n"));
  EXPECT_THAT(Rendered({.tls = true, .host = "::1", .port = 8443}), HasSubstr("Host: [::1]:8443\r\n"));
}

TEST(RequestHead, RefusesWhatWouldSplitOrSmuggle) {
  const RequestHead head = Head(kOrigin, {{"x-api-key", "k"}});
  const std::pair<HttpHeaders, std::string> table[] = {
      {{{"X-A", "a\r\nX-B: b"}}, "\"X-A\" holds CR, LF or NUL"},
      {{{"X-A", "a\nb"}}, "\"X-A\" holds CR, LF or NUL"},
      {{{"X-A", std::string("a\0b", 3)}}, "\"X-A\" holds CR, LF or NUL"},
      {{{"X A", "a"}}, "not a valid header name"},
      {{{"X-A:", "a"}}, "not a valid header name"},
      {{{"", "a"}}, "not a valid header name"},
      {{{"content-length", "3"}}, "transport's own"},
      {{{"Transfer-Encoding", "chunked"}}, "transport's own"},
      {{{"host", "elsewhere"}}, "transport's own"},
      {{{"X-API-Key", "mine"}}, "transport's own"},
  };
  for (const auto& [headers, why] : table) {
    const auto refused = head.Refuses({.path = "/v1", .headers = headers, .body = ""});
    ASSERT_TRUE(refused.has_value()) << why;
    EXPECT_THAT(*refused, HasSubstr(why));
  }
  for (const std::string path : {"", "v1", "/a b", "/a\r\nX: y", "/\xc3\xa9"}) {
    EXPECT_TRUE(head.Refuses({.path = path, .headers = {}, .body = ""}).has_value()) << path;
  }
  EXPECT_EQ(head.Refuses({.path = "/v1?q=%20", .headers = {{"X-A", "caf\xc3\xa9\t"}}, .body = "\r\n"}),
            std::nullopt);
}

TEST(RequestHead, RefusesBadSecretsByNameNotByValue) {
  const auto made = RequestHead::Create(kOrigin, {{"Authorization", "Bearer hunter2\n"}});
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(made.status().message());
  EXPECT_THAT(message, HasSubstr("\"Authorization\""));
  EXPECT_THAT(message, Not(HasSubstr("hunter2")));
  EXPECT_FALSE(RequestHead::Create(kOrigin, {{"Content-Length", "1"}}).ok());
  EXPECT_FALSE(RequestHead::Create({.tls = true, .host = "", .port = 1}, {}).ok());
  EXPECT_FALSE(RequestHead::Create({.tls = true, .host = "a\r\nb", .port = 1}, {}).ok());
}

// What comes out when `step` bytes are taken at a time and the scratch is overwritten after the first.
std::string Drain(std::string head, const std::string& body, std::size_t step) {
  OutgoingRequest out;
  out.Begin(head, body);
  std::string seen;
  while (!out.Done()) {
    const std::string_view next = out.Next().substr(0, step);
    seen.append(next);
    out.Advance(next.size());
    out.Detach();
    std::fill(head.begin(), head.end(), '!');
  }
  return seen;
}

TEST(OutgoingRequest, SendsEveryByteInOrderHoweverItIsCut) {
  const std::string head(100, 'h');
  std::string body;
  for (int i = 0; i < 40'000; ++i) body += static_cast<char>('a' + i % 26);
  for (std::size_t step : {1u, 7u, 99u, 16'384u, 100'000u}) {
    EXPECT_EQ(Drain(head, body, step), head + body) << step;
    EXPECT_EQ(Drain(head, "", step), head) << step;
  }
}

TEST(OutgoingRequest, WhatFitsARecordIsOneWrite) {
  std::string scratch = "head ";
  OutgoingRequest out;
  out.Begin(scratch, "body");
  EXPECT_EQ(out.Next(), "head body");
}

TEST(OutgoingRequest, ALargeBodyFillsTheFirstRecordAndIsNotCopiedBeyond) {
  std::string scratch = "head ";
  const std::string body(20'000, 'b');
  OutgoingRequest out;
  out.Begin(scratch, body);
  EXPECT_EQ(out.Next().size(), OutgoingRequest::kOneRecord);
  out.Advance(out.Next().size());
  EXPECT_EQ(out.Next().data(), body.data() + OutgoingRequest::kOneRecord - 5);
}

}  // namespace
}  // namespace spillway::transport
