#include "transport/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using Progress = ResponseReader::Progress;

constexpr ResponseLimits kSmall{.max_header_bytes = 512, .max_body_bytes = 64};

// Feeds `bytes` in pieces of `step`, stopping where the reader does.
Progress FeedBy(ResponseReader& reader, std::string_view bytes, std::size_t step) {
  Progress progress = Progress::kNeedMore;
  while (!bytes.empty() && progress == Progress::kNeedMore) {
    progress = reader.Feed(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  return progress;
}

struct Whole {
  std::string bytes;
  int status;
  std::string body;
  bool keeps_alive;
};

TEST(ResponseReader, ReadsEveryKindOfResponseHoweverItIsCut) {
  const Whole table[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
      {"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", 429, "", true},
      {"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
       200, "abc0123456789", true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: t\r\n\r\n", 200, "a",
       true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "", true},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "", true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       200, "ok", true},
  };
  for (const Whole& row : table) {
    for (std::size_t step : {1u, 2u, 3u, 17u, 1000u}) {
      ResponseReader reader(kSmall);
      ASSERT_EQ(FeedBy(reader, row.bytes, step), Progress::kComplete) << row.bytes << " by " << step;
      EXPECT_EQ(reader.keeps_alive(), row.keeps_alive) << row.bytes;
      const HttpResponse response = reader.TakeResponse();
      EXPECT_EQ(response.status, row.status);
      EXPECT_EQ(response.body, row.body);
    }
  }
}

TEST(ResponseReader, FoldsNamesKeepsOrderAndRepeatsAndDropsTrailersAndInterimFields) {
  ResponseReader reader(kSmall);
  ASSERT_EQ(reader.Feed("HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nX-A: One\r\nx-a:  Two \r\nTRANSFER-ENCODING: chunked\r\n\r\n"
                        "0\r\nX-Trailer: t\r\n\r\n"),
            Progress::kComplete);
  EXPECT_THAT(reader.TakeResponse().headers,
              ElementsAre(Pair("x-a", "One"), Pair("x-a", "Two"), Pair("transfer-encoding", "chunked")));
}

TEST(ResponseReader, TheEndCompletesOnlyABodyWithoutLength) {
  struct Row {
    std::string bytes;
    bool complete;
    ErrorKind kind;
  };
  const Row table[] = {
      {"HTTP/1.1 200 OK\r\n\r\nhello", true, {}},
      {"HTTP/1.0 200 OK\r\n\r\n", true, {}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", false, ErrorKind::kResetDuringResponse},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false,
       ErrorKind::kResetDuringResponse},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", false,
       ErrorKind::kResetDuringResponse},
      {"HTTP/1.1 200 OK\r\nContent-Le", false, ErrorKind::kResetDuringResponse},
      {"HTTP/1.1 100 Continue\r\n\r\n", false, ErrorKind::kResetDuringResponse},
      {"", false, ErrorKind::kResetBeforeResponse},
  };
  for (const Row& row : table) {
    ResponseReader reader(kSmall);
    ASSERT_EQ(reader.Feed(row.bytes), Progress::kNeedMore) << row.bytes;
    EXPECT_EQ(reader.started(), !row.bytes.empty());
    if (row.complete) {
      EXPECT_EQ(reader.FinishAtEnd(), Progress::kComplete) << row.bytes;
      EXPECT_FALSE(reader.keeps_alive());
    } else {
      EXPECT_EQ(reader.FinishAtEnd(), Progress::kFailed) << row.bytes;
      EXPECT_EQ(reader.error().kind, row.kind) << row.bytes;
    }
  }
}

TEST(ResponseReader, RefusesWhatIsNotHttpOrCannotBeTrusted) {
  for (const std::string bytes : {
           "garbage\r\n\r\n",
           "SSH-2.0-OpenSSH_9.2\r\n",
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/1.1 2x0 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
           "HTTP/1.1 101 Switching Protocols\r\n\r\n",
           "HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n",
       }) {
    for (std::size_t step : {1u, 1000u}) {
      ResponseReader reader(kSmall);
      EXPECT_EQ(FeedBy(reader, bytes, step), Progress::kFailed) << bytes;
      EXPECT_EQ(reader.error().kind, ErrorKind::kMalformed) << bytes;
    }
  }
}

TEST(ResponseReader, BoundsHeaderAndBody) {
  const std::string long_value(600, 'x');
  for (const std::string& bytes : {
           "HTTP/1.1 200 OK\r\nX-Long: " + long_value + "\r\n\r\n",
           "HTTP/1.1 200 " + long_value + "\r\n\r\n",
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n"),
           "HTTP/1.1 200 OK\r\n\r\n" + std::string(65, 'b'),
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n" + std::string(65, 'b'),
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + long_value,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + long_value,
       }) {
    for (std::size_t step : {1u, 100u, 1000u}) {
      ResponseReader reader(kSmall);
      EXPECT_EQ(FeedBy(reader, bytes, step), Progress::kFailed) << bytes << " by " << step;
      EXPECT_EQ(reader.error().kind, ErrorKind::kOversized) << bytes;
      EXPECT_THAT(reader.error().message, HasSubstr("exceeds the limit"));
    }
  }
}

TEST(ResponseReader, BytesAfterTheResponseForbidReuse) {
  ResponseReader reader(kSmall);
  EXPECT_EQ(reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"),
            Progress::kComplete);
  EXPECT_FALSE(reader.keeps_alive());
  EXPECT_EQ(reader.TakeResponse().body, "ok");
}

TEST(ResponseReader, ResetForgetsTheResponseBefore) {
  ResponseReader reader(kSmall);
  EXPECT_EQ(reader.Feed("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nokrest"), Progress::kComplete);
  reader.Reset();
  EXPECT_FALSE(reader.started());
  EXPECT_EQ(reader.Feed("HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n!"), Progress::kComplete);
  EXPECT_TRUE(reader.keeps_alive());
  const HttpResponse response = reader.TakeResponse();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "!");
  EXPECT_EQ(response.headers.size(), 1u);
}

// Takes a response, or only some calls' worth of it.
struct Taker final : ResponseReader::Receiver {
  bool OnHead(HttpResponse got) override {
    EXPECT_EQ(head.status, 0) << "the head comes once";
    head = std::move(got);
    return --calls_wanted > 0;
  }
  bool OnBody(std::string_view bytes) override {
    EXPECT_NE(head.status, 0) << "the head comes first";
    EXPECT_FALSE(bytes.empty());
    body += bytes;
    parts.push_back(bytes);
    return --calls_wanted > 0;
  }

  HttpResponse head;
  std::string body;
  // Not to be read: where they are is what counts.
  std::vector<std::string_view> parts;
  int calls_wanted = 1'000'000;
};

constexpr std::string_view kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(ResponseReader, AReceiverGetsTheSameHoweverTheBytesAreCut) {
  struct Row {
    std::string bytes;
    int status;
    std::string body;
  };
  const Row table[] = {
      {"HTTP/1.1 100 Continue\r\nX-I: 1\r\n\r\n" + std::string(kChunked) +
           "1\r\na\r\n10\r\n0123456789abcdef\r\n03;x=0\r\n\n\r\n\r\n0\r\nX-Trailer: t\r\n\r\n",
       200, "a0123456789abcdef\n\r\n"},
      {std::string(kChunked) + "0\r\n\r\n", 200, ""},
      {"HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 503, "0\r\n\r\n"},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
  };
  for (const Row& row : table) {
    // In three pieces, anywhere; and byte by byte.
    for (std::size_t i = 0; i <= row.bytes.size(); ++i) {
      for (std::size_t j = i; j <= row.bytes.size(); ++j) {
        ResponseReader reader(kSmall);
        Taker taker;
        reader.Reset(&taker);
        Progress progress = Progress::kNeedMore;
        for (const auto& [from, to] : {std::pair{std::size_t{0}, i}, {i, j}, {j, row.bytes.size()}}) {
          const std::string piece = row.bytes.substr(from, to - from);
          if (progress == Progress::kNeedMore) progress = reader.Feed(piece);
        }
        ASSERT_EQ(progress, Progress::kComplete) << row.bytes << " cut at " << i << " and " << j;
        ASSERT_EQ(taker.head.status, row.status);
        ASSERT_EQ(taker.body, row.body) << row.bytes << " cut at " << i << " and " << j;
        ASSERT_TRUE(reader.keeps_alive());
      }
    }
    ResponseReader reader(kSmall);
    Taker taker;
    reader.Reset(&taker);
    ASSERT_EQ(FeedBy(reader, row.bytes, 1), Progress::kComplete);
    ASSERT_EQ(taker.body, row.body);
  }
}

TEST(ResponseReader, EveryByteOfABodyIsHandedOverAsSoonAsItIsThere) {
  ResponseReader reader(kSmall);
  Taker taker;
  reader.Reset(&taker);
  for (const auto& [bytes, body] : std::vector<std::pair<std::string, std::string>>{
           {std::string(kChunked) + "1\r\na", "a"},
           {"\r", "a"},
           {"\n1", "a"},
           {"\r\nb", "ab"},
           {"\r\n1\r\nc", "abc"},
           {"\r\n10", "abc"},
           {"\r\nd", "abcd"},
       }) {
    EXPECT_EQ(reader.Feed(bytes), Progress::kNeedMore);
    EXPECT_EQ(taker.body, body) << bytes;
  }
}

// Each read ends in the CRLF that Beast takes for the beginning of the next chunk, as providers send it.
TEST(ResponseReader, ABodyIsNotCopiedOnItsWayToTheReceiver) {
  ResponseReader reader(kSmall);
  Taker taker;
  reader.Reset(&taker);
  ASSERT_EQ(reader.Feed(kChunked), Progress::kNeedMore);
  const std::string reads[] = {"5\r\none\n\n\r\n", "6\r\ntwo\n\n!\r\n3\r\nabc\r\n", "4\r\nfo", "ur\r\n"};
  std::size_t parts = 0;
  for (const std::string& read : reads) {
    ASSERT_EQ(reader.Feed(read), Progress::kNeedMore);
    ASSERT_GT(taker.parts.size(), parts);
    for (; parts < taker.parts.size(); ++parts) {
      EXPECT_GE(taker.parts[parts].data(), read.data());
      EXPECT_LE(taker.parts[parts].data() + taker.parts[parts].size(), read.data() + read.size());
    }
  }
  EXPECT_EQ(taker.body, "one\n\ntwo\n\n!abcfour");
}

TEST(ResponseReader, AReceiverMayHaveHadEnoughAtAnyCall) {
  for (const std::string& bytes : {
           std::string(kChunked) + "1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"),
           std::string("HTTP/1.1 200 OK\r\n\r\nab"),
       }) {
    for (std::size_t step : {1u, 1000u}) {
      for (int calls = 1; calls <= 2; ++calls) {
        ResponseReader reader(kSmall);
        Taker taker;
        taker.calls_wanted = calls;
        reader.Reset(&taker);
        EXPECT_EQ(FeedBy(reader, bytes, step), Progress::kStopped) << bytes;
        EXPECT_EQ(taker.calls_wanted, 0);
        EXPECT_EQ(taker.parts.size(), static_cast<std::size_t>(calls - 1));
        EXPECT_FALSE(reader.keeps_alive());
      }
    }
  }
}

TEST(ResponseReader, OnlyTheHeadersAreBoundedForAReceiver) {
  const std::string large(1000, 'b');
  for (const std::string& bytes : {
           "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + large,
           std::string(kChunked) + "3e8\r\n" + large + "\r\n0\r\n\r\n",
       }) {
    ResponseReader reader(kSmall);
    Taker taker;
    reader.Reset(&taker);
    EXPECT_EQ(FeedBy(reader, bytes, 100), Progress::kComplete) << bytes;
    EXPECT_EQ(taker.body, large);
    EXPECT_EQ(reader.TakeResponse().body, "") << "nothing is collected";
  }
}

TEST(ResponseReader, AfterAReceiverTheNextResponseIsCollected) {
  ResponseReader reader(kSmall);
  Taker taker;
  reader.Reset(&taker);
  EXPECT_EQ(reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), Progress::kComplete);
  reader.Reset();
  EXPECT_EQ(reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n"), Progress::kFailed);
  reader.Reset();
  EXPECT_EQ(reader.Feed("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"), Progress::kComplete);
  EXPECT_EQ(reader.TakeResponse().body, "yes");
  EXPECT_EQ(taker.body, "ok");
}

}  // namespace
}  // namespace spillway::transport
