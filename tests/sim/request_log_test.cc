#include "tests/sim/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/json_reader.h"
#include "tests/sim/log_file.h"
#include "tests/sim/log_json.h"
#include "tests/support/temp_dir.h"

namespace spillway::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<boost::json::value> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<boost::json::value> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(boost::json::parse(line));
  return lines;
}

LogEntry Entry(const std::string& personality, const std::string& body = "") {
  LogEntry entry;
  entry.personality = personality;
  entry.request.body = body;
  return entry;
}

TEST(RequestLogTest, FiltersByPersonalityAndSeq) {
  RequestLog log;
  log.Add(Entry("a"));
  log.Add(Entry("b"));
  log.Add(Entry("a"));
  EXPECT_EQ(log.Entries().size(), 3u);
  EXPECT_EQ(log.Entries({.personality = "a"}).size(), 2u);
  ASSERT_EQ(log.Entries({.personality = "a", .since = 1}).size(), 1u);
  EXPECT_EQ(log.Entries({.personality = "a", .since = 1})[0].seq, 3u);
}

TEST(RequestLogTest, TheOldestGoFirstAndSeqGoesOn) {
  RequestLog log(2);
  const std::uint64_t first = log.Add(Entry("a"));
  log.Add(Entry("b"));
  log.Add(Entry("c"));
  log.Finish(first, {});
  ASSERT_EQ(log.Entries().size(), 2u);
  EXPECT_EQ(log.Entries()[0].personality, "b");
  EXPECT_FALSE(log.Entries()[0].done);
  log.Clear();
  EXPECT_TRUE(log.Entries().empty());
  EXPECT_EQ(log.Add(Entry("d")), 4u);
}

TEST(RequestLogTest, FinishTellsHowItEnded) {
  RequestLog log;
  log.Add(Entry("a"));
  const std::uint64_t seq = log.Add(Entry("b"));
  log.Finish(seq, {.peer_closed = true, .after = std::chrono::milliseconds(12)});
  EXPECT_TRUE(log.Entries()[1].done);
  EXPECT_EQ(log.Entries()[1].peer_closed_after, std::chrono::milliseconds(12));
  EXPECT_FALSE(log.Entries()[0].done);
}

TEST(RequestLogTest, TokensAreToldOfStreamsOnly) {
  RequestLog log;
  LogEntry stream = Entry("a");
  stream.is_stream = true;
  const std::uint64_t seq = log.Add(std::move(stream));
  log.Finish(log.Add(Entry("b")), {.tokens = 9});
  EXPECT_TRUE(boost::json::parse(LogToJson(log.Entries())).at(0).at("tokens_sent").is_null());
  log.Finish(seq, {.tokens = 3});
  const boost::json::value entries = boost::json::parse(LogToJson(log.Entries()));
  EXPECT_EQ(entries.at(0).at("tokens_sent"), 3);
  EXPECT_TRUE(entries.at(1).at("tokens_sent").is_null());
}

TEST(RequestLogTest, LongBodiesAreCutAndTheirSizeKept) {
  RequestLog log(10, 4);
  log.Add(Entry("a", "123456"));
  EXPECT_EQ(log.Entries()[0].request.body, "1234");
  EXPECT_EQ(log.Entries()[0].request_bytes, 6u);
}

TEST(RequestLogTest, CredentialsAreFingerprintsEvenInEchoes) {
  RequestLog log;
  LogEntry entry = Entry("a");
  entry.request.headers = {{"authorization", "Bearer sk-secret"}, {"api-key", "other-secret"}, {"x", "y"}};
  entry.answer = "Incorrect API key provided: sk-secret.";
  log.Add(entry);
  const std::string text = LogToJson(log.Entries());
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  EXPECT_THAT(text, HasSubstr("\"authorization\":\"Bearer " + Fingerprint("sk-secret") + "\""));
  EXPECT_THAT(text, HasSubstr(Fingerprint("other-secret")));
  EXPECT_NE(Fingerprint("sk-secret"), Fingerprint("other-secret"));
}

TEST(RequestLogTest, AKeyInTheQueryAndASessionsTokenAreFingerprintsToo) {
  RequestLog log;
  LogEntry entry = Entry("a");
  entry.request.target = "/v1beta/models/m:generateContent?alt=json&key=g-secret&x=y";
  entry.request.headers = {{"x-amz-security-token", "aws-secret"}};
  log.Add(entry);
  EXPECT_THAT(LogToJson(log.Entries()), Not(HasSubstr("secret")));
  EXPECT_EQ(log.Entries()[0].request.target,
            "/v1beta/models/m:generateContent?alt=json&key=" + Fingerprint("g-secret") + "&x=y");
}

TEST(RequestLogTest, AFileHasEveryRequestAtOnceAndThenItsEnd) {
  const testing::TempDir dir;
  const std::string path = dir.Path("log.jsonl");
  // None is kept in memory.
  RequestLog log(0, 4, std::make_unique<LogFile>(path));
  const std::uint64_t seq = log.Add(Entry("a", "12345"));
  std::vector<boost::json::value> lines = LinesOf(path);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("seq"), seq);
  EXPECT_EQ(lines[0].at("personality"), "a");
  EXPECT_EQ(lines[0].at("body"), "1234");
  EXPECT_FALSE(lines[0].as_object().contains("answer"));
  log.Finish(seq, {.peer_closed = true, .after = std::chrono::milliseconds(12), .tokens = 3});
  lines = LinesOf(path);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1],
            boost::json::parse(R"({"seq": 1, "done_ms": 12, "tokens_sent": 3, "peer_closed": true})"));
  EXPECT_TRUE(log.Entries().empty());
}

TEST(RequestLogTest, AFileThatCannotBeOpenedIsAnError) {
  EXPECT_THROW(LogFile("/nonexistent/log.jsonl"), InvalidConfig);
}

TEST(RequestLogTest, WaitingEndsWithTheConditionOrInTime) {
  RequestLog log;
  EXPECT_FALSE(
      log.WaitUntil([](const auto& entries) { return !entries.empty(); }, std::chrono::milliseconds(1)));
  log.Add(Entry("a"));
  EXPECT_TRUE(
      log.WaitUntil([](const auto& entries) { return !entries.empty(); }, std::chrono::milliseconds(1)));
}

TEST(LogJsonTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(ValidUtf8("a\xC3\xA4z"), "a\xC3\xA4z");
  EXPECT_EQ(ValidUtf8("\xC3\x28"), "\xEF\xBF\xBD(");
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");
  EXPECT_EQ(ValidUtf8("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(ValidUtf8("\xF0\x9F"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(LogJsonTest, RepeatedHeadersAreJoined) {
  LogEntry entry = Entry("a");
  entry.request.headers = {{"accept", "x"}, {"accept", "y"}};
  EXPECT_EQ(boost::json::parse(LogToJson({entry})).at(0).at("headers").at("accept"), "x, y");
}

}  // namespace
}  // namespace spillway::sim
