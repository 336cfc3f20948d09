#include "server/http/answer_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "server/http/http_date_field.h"
#include "server/http/outbox.h"

namespace spillway::server {
namespace {

std::string Head(const AnswerHead& head, const AnswerManner& manner) {
  std::string out;
  AppendHead(head, manner, "Date: now\r\n", out);
  return out;
}

TEST(AnswerWriter, SaysHowTheAnswerEnds) {
  AnswerHead head;
  head.Add("a", "b");
  EXPECT_EQ(Head(head, {.length = 12}), "HTTP/1.1 200 OK\r\na: b\r\nDate: now\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(Head({404, ""}, {.framing = AnswerFraming::kChunked}),
            "HTTP/1.1 404 Not Found\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(Head({204, ""}, {.framing = AnswerFraming::kNoBody}),
            "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n");
}

TEST(AnswerWriter, SaysWhatBecomesOfTheConnectionWhereItIsNotTheVersionsWay) {
  EXPECT_EQ(Head({}, {.framing = AnswerFraming::kNoBody, .close = true}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Head({}, {.framing = AnswerFraming::kNoBody, .http_1_0 = true}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(Head({}, {.framing = AnswerFraming::kUntilClose, .close = true, .http_1_0 = true}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n");
}

TEST(AnswerWriter, LetsNoFieldEndBeforeItsEnd) {
  AnswerHead head;
  head.Add("a", std::string_view("b\r\nc: d\0e\x7F\tf", 12));
  EXPECT_EQ(head.fields, "a: b  c: d e \tf\r\n");
}

TEST(AnswerWriter, WritesAStatusWithoutWordsForIt) {
  EXPECT_EQ(Head({299, ""}, {.framing = AnswerFraming::kNoBody}), "HTTP/1.1 299 \r\nDate: now\r\n\r\n");
}

TEST(AnswerWriter, WritesChunkSizesInHexadecimal) {
  std::string out;
  AppendChunk(std::string(26, 'a'), out);
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'a') + "\r\n");
}

TEST(HttpDateField, IsInHttpsOwnForm) {
  HttpDateField date;
  EXPECT_EQ(date.At(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(1704067200), "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n");
}

TEST(Outbox, GivesBackWhatItWasGivenInOrder) {
  Outbox outbox;
  std::string out;
  std::string in;
  for (int i = 0; i < 1000; ++i) {
    const std::string added(1 + i % 17, static_cast<char>('a' + i % 26));
    in += added;
    outbox.run() += added;
    const std::size_t taken = std::min<std::size_t>(outbox.Next().size(), i % 19);
    out += outbox.Next().substr(0, taken);
    outbox.Advance(taken);
    ASSERT_EQ(out.size() + outbox.size(), in.size());
  }
  outbox.SetBody("0123456789", 4);
  in += "456789";
  while (!outbox.empty()) {
    out += outbox.Next().substr(0, 3);
    outbox.Advance(std::min<std::size_t>(3, outbox.Next().size()));
  }
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace spillway::server
