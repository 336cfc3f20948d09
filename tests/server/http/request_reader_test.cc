#include "server/http/request_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Progress = RequestReader::Progress;

HttpLimits Small() {
  HttpLimits limits;
  limits.max_header_bytes = 256;
  limits.max_body_bytes = 64;
  return limits;
}

struct Outcome {
  Progress progress = Progress::kNeedMore;
  // Of the refusal.
  int status = 0;
  std::string message;
  IncomingRequest request;
  bool keeps_alive = false;
  // Not this request's.
  std::string rest;

  friend bool operator==(const Outcome& a, const Outcome& b) {
    return a.progress == b.progress && a.status == b.status && a.message == b.message &&
           a.request.method == b.request.method && a.request.path == b.request.path &&
           a.request.headers == b.request.headers && a.request.body == b.request.body &&
           a.keeps_alive == b.keeps_alive && a.rest == b.rest;
  }
  friend void PrintTo(const Outcome& o, std::ostream* out) {
    *out << "progress " << static_cast<int>(o.progress) << ", " << o.status << " " << o.message << ", "
         << o.request.method << " " << o.request.path << " \"" << o.request.body << "\", rest \"" << o.rest
         << '"';
  }
};

// `bytes` in pieces that end at `first` and then every `step`.
Outcome Read(const std::string& bytes, std::size_t first, std::size_t step) {
  const HttpLimits limits = Small();
  RequestReader reader(limits);
  Outcome outcome;
  std::size_t at = 0;
  for (std::size_t end = first; at < bytes.size() && outcome.progress == Progress::kNeedMore; end += step) {
    std::string_view piece = std::string_view(bytes).substr(at, end - at);
    at += piece.size();
    outcome.progress = reader.Feed(piece);
    at -= piece.size();
    EXPECT_TRUE(piece.empty() || outcome.progress != Progress::kNeedMore) << "not all was taken";
  }
  if (outcome.progress == Progress::kComplete) {
    outcome.keeps_alive = reader.keeps_alive();
    outcome.request = reader.TakeRequest();
    outcome.rest = bytes.substr(at);
  }
  outcome.status = reader.refusal().status;
  outcome.message = std::string(reader.refusal().message);
  return outcome;
}

// However it is cut.
Outcome Read(const std::string& bytes) {
  const Outcome whole = Read(bytes, bytes.size(), 1);
  for (const std::size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(Read(bytes, step, step), whole) << bytes;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_EQ(Read(bytes, cut, bytes.size()), whole) << bytes << " cut at " << cut;
  }
  return whole;
}

int StatusOf(const std::string& bytes) {
  const Outcome outcome = Read(bytes);
  EXPECT_EQ(outcome.status != 0, outcome.progress == Progress::kRefused);
  EXPECT_EQ(outcome.status != 0, !outcome.message.empty());
  return outcome.progress == Progress::kComplete ? 200 : outcome.status;
}

std::string Get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"; }
std::string Chunked(const std::string& body) { return Get("Transfer-Encoding: chunked\r\n") + body; }

TEST(RequestReader, ReadsARequestHoweverItIsCut) {
  const Outcome read = Read(
      "POST /v1/chat?x=/%20 HTTP/1.1\r\nHost: example.com:8080\r\nX-One:  a b\t\r\nx-ONE:c\r\nEmpty:\r\n"
      "Content-Length: 5\r\n\r\nhelloGET");
  EXPECT_EQ(read.progress, Progress::kComplete);
  EXPECT_EQ(read.request.method, "POST");
  EXPECT_EQ(read.request.path, "/v1/chat");
  EXPECT_THAT(read.request.headers,
              ElementsAre(Pair("host", "example.com:8080"), Pair("x-one", "a b"), Pair("x-one", "c"),
                          Pair("empty", ""), Pair("content-length", "5")));
  EXPECT_EQ(read.request.body, "hello");
  EXPECT_TRUE(read.keeps_alive);
  EXPECT_EQ(read.rest, "GET");
}

TEST(RequestReader, ReadsChunksAndReadsOverExtensionsAndTrailers) {
  const Outcome read = Read(Chunked(
      "3\r\nabc\r\n00A;x=y;\"z\r\n0123456789\r\n1 ;q\r\n\n\r\n0\r\nX-Trailer: t\r\nHost: y\r\n\r\nmore"));
  EXPECT_EQ(read.progress, Progress::kComplete);
  EXPECT_EQ(read.request.body, "abc0123456789\n");
  EXPECT_EQ(read.request.headers.size(), 2u);
  EXPECT_EQ(read.rest, "more");
}

TEST(RequestReader, TakesTheFormsATargetMayHave) {
  const std::pair<const char*, const char*> table[] = {
      {"GET /", "/"},           {"GET /?a", "/"},
      {"GET //x", "//x"},       {"GET http://x/v1/models?a=b", "/v1/models"},
      {"GET HTTPS://x:1", "/"}, {"GET http://x?a", "/"},
      {"OPTIONS *", "*"},       {"CONNECT x:443", ""},
      {"M-SEARCH /", "/"},
  };
  for (const auto& [line, path] : table) {
    const Outcome read = Read(std::string(line) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(read.progress, Progress::kComplete) << line;
    EXPECT_EQ(read.request.path, path) << line;
  }
}

TEST(RequestReader, KnowsWhetherTheConnectionIsKept) {
  EXPECT_TRUE(Read("GET / HTTP/1.1\r\nHost: x\r\n\r\n").keeps_alive);
  EXPECT_TRUE(Read("GET / HTTP/1.2\r\nHost: x\r\n\r\n").keeps_alive);
  EXPECT_FALSE(Read("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_TRUE(Read("GET / HTTP/1.0\r\nConnection: foo, Keep-Alive\r\n\r\n").keeps_alive);
  EXPECT_FALSE(Read(Get("Connection: Close\r\n")).keeps_alive);
  EXPECT_FALSE(Read(Get("Connection: keep-alive\r\nConnection: x ,close\r\n")).keeps_alive);
  EXPECT_TRUE(Read(Get("Connection: closed\r\n")).keeps_alive);
}

TEST(RequestReader, SkipsEmptyLinesBeforeARequest) {
  EXPECT_EQ(StatusOf("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
  const HttpLimits limits = Small();
  RequestReader reader(limits);
  std::string_view bytes = "\r\n\r";
  EXPECT_EQ(reader.Feed(bytes), Progress::kNeedMore);
  EXPECT_FALSE(reader.started());
}

TEST(RequestReader, RefusesWhatIsNoRequestLine) {
  for (const char* line :
       {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET / http/1.1", "GET / HTTP/11",
        "GET / HTTP/1.", "GET / HTTP/1.1.", "GET\t/ HTTP/1.1", "G(T / HTTP/1.1", "GET x HTTP/1.1",
        "GET * HTTP/1.1", "GET http:///x HTTP/1.1", "GET ftp://x/ HTTP/1.1", "GET /\x01 HTTP/1.1",
        "GET /\xC3\xA9 HTTP/1.1", "GET /a b HTTP/1.1", "/ HTTP/1.1", "GET / HTTP/1.1\r"}) {
    EXPECT_EQ(StatusOf(std::string(line) + "\r\nHost: x\r\n\r\n"), 400) << line;
  }
}

TEST(RequestReader, RefusesOtherVersionsOfHttp) {
  EXPECT_EQ(StatusOf("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("GET / HTTP/0.9\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("GET / HTTP/3.0\r\n\r\n"), 505);
}

TEST(RequestReader, RefusesWhatIsNoHttpAtItsFirstByte) {
  EXPECT_EQ(StatusOf("\x16"), 400);
  EXPECT_EQ(StatusOf("\n"), 400);
  EXPECT_EQ(StatusOf("\rG"), 400);
  EXPECT_EQ(StatusOf(std::string(1, '\0')), 400);
}

TEST(RequestReader, RefusesFieldsThatReadersDisagreeOn) {
  for (const std::string& field : std::vector<std::string>{
           "A : b\r\n", "A\t: b\r\n", ": b\r\n", "A\r\n", "A: b\r\n folded\r\n", " A: b\r\n", "A: b\n",
           "A: b\rc\r\n", std::string("A: b\0c\r\n", 8), std::string("A\0: b\r\n", 7), "A: b\x7F\r\n",
           "A: \x01\r\n", "A(: b\r\n", "\xC3\xA9: b\r\n", "\tA: b\r\n", "A: b\r\r\n"}) {
    EXPECT_EQ(StatusOf(Get(field)), 400) << field;
  }
  EXPECT_EQ(StatusOf(Get("A: \xC3\xA9\tb\r\n")), 200);
}

TEST(RequestReader, WantsOneHost) {
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf(Get("Host: x\r\n")), 400);
  EXPECT_EQ(StatusOf(Get("hOST: y\r\n")), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 200);
}

TEST(RequestReader, RefusesABodyWhoseEndIsNotClear) {
  const std::pair<const char*, int> table[] = {
      {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
      {"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 5, 5\r\n", 400},
      {"Content-Length: +5\r\n", 400},
      {"Content-Length: -1\r\n", 400},
      {"Content-Length: 0x5\r\n", 400},
      {"Content-Length: 5 5\r\n", 400},
      {"Content-Length:\r\n", 400},
      {"Transfer-Encoding:\r\n", 400},
      {"Transfer-Encoding: chunked,\r\n", 400},
      {"Transfer-Encoding: chunked, \r\n", 400},
      {"Transfer-Encoding: chunked, chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked, gzip\r\n", 400},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Transfer-Encoding: gzip\r\n", 501},
      {"Transfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: xchunked\r\n", 501},
      {"Transfer-Encoding: chunked;q=1\r\n", 501},
      {"Transfer-Encoding: \"chunked\"\r\n", 501},
      {"Transfer-Encoding: ,chunked\r\n", 501},
  };
  for (const auto& [fields, status] : table) EXPECT_EQ(StatusOf(Get(fields)), status) << fields;
  EXPECT_EQ(StatusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(Get("Transfer-Encoding: CHUNKED\r\n") + "0\r\n\r\n"), 200);
}

TEST(RequestReader, RefusesMalformedChunks) {
  for (const std::string& body : std::vector<std::string>{"\r\n",
                                                          "x\r\n",
                                                          "-1\r\n",
                                                          "+1\r\na\r\n",
                                                          "0x1\r\na\r\n",
                                                          " 1\r\na\r\n",
                                                          "1 \r\na\r\n",
                                                          "1 x\r\n",
                                                          "1\na\r\n",
                                                          "1\r\nab\r\n",
                                                          "1\r\na\n",
                                                          "1\r\na\r\r",
                                                          "1;x\ny\r\na\r\n",
                                                          "1;\x01\r\na\r\n",
                                                          "1\r\r\na",
                                                          ";x\r\n",
                                                          "0\r\nBad\r\n\r\n",
                                                          "0\r\nA: b\n\r\n",
                                                          "0\r\n A: b\r\n\r\n",
                                                          "0\r\n\n",
                                                          "0\r\n\rx",
                                                          "0\r\n:\r\n"}) {
    EXPECT_EQ(StatusOf(Chunked(body)), 400) << body;
  }
}

TEST(RequestReader, BoundsTheHead) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const std::size_t fill = 256 - begin.size() - 4;
  EXPECT_EQ(StatusOf(begin + std::string(fill, 'a') + "\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf(begin + std::string(fill + 1, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(StatusOf(begin + std::string(1000, 'a')), 431);
  EXPECT_EQ(StatusOf(std::string(300, 'A')), 431);
  EXPECT_EQ(StatusOf("GET /" + std::string(300, 'a') + " HTTP/1.1\r\n\r\n"), 431);
}

TEST(RequestReader, RefusesABodyThatIsTooLongBeforeItComes) {
  EXPECT_EQ(StatusOf(Get("Content-Length: 64\r\n") + std::string(64, 'a')), 200);
  EXPECT_EQ(StatusOf(Get("Content-Length: 65\r\n")), 413);
  EXPECT_EQ(StatusOf(Get("Content-Length: 99999999999999999999999999\r\n")), 413);
  EXPECT_EQ(StatusOf(Chunked("40\r\n" + std::string(64, 'a') + "\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Chunked("41\r\n")), 413);
  EXPECT_EQ(StatusOf(Chunked("20\r\n" + std::string(32, 'a') + "\r\n21\r\n")), 413);
  EXPECT_EQ(StatusOf(Chunked("FFFFFFFFFFFFFFFFFFFF\r\n")), 413);
}

TEST(RequestReader, BoundsWhatAChunkedBodyHoldsBesideItsChunks) {
  EXPECT_EQ(StatusOf(Chunked("1;" + std::string(300, 'x'))), 431);
  EXPECT_EQ(StatusOf(Chunked(std::string(300, '0'))), 431);
  EXPECT_EQ(StatusOf(Chunked("0\r\nA: " + std::string(300, 'x'))), 431);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "1;" + std::string(20, 'x') + "\r\na\r\n";
  EXPECT_EQ(StatusOf(Chunked(many)), 431);
  std::string small;
  for (int i = 0; i < 60; ++i) small += "1\r\na\r\n";
  EXPECT_EQ(Read(Chunked(small + "0\r\n\r\n")).request.body, std::string(60, 'a'));
}

TEST(RequestReader, KnowsWhetherTheClientWaitsToBeToldToGoOn) {
  const HttpLimits limits = Small();
  const auto awaits = [&](const std::string& head) {
    RequestReader reader(limits);
    std::string_view bytes = head;
    reader.Feed(bytes);
    return reader.awaits_continue();
  };
  EXPECT_TRUE(awaits(Get("Content-Length: 5\r\nExpect: 100-Continue\r\n")));
  EXPECT_TRUE(awaits(Get("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")));
  EXPECT_FALSE(awaits(Get("Content-Length: 5\r\n")));
  EXPECT_FALSE(awaits(Get("Content-Length: 5\r\nExpect: 100-continue\r\n") + "h"));
  EXPECT_FALSE(awaits("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
  EXPECT_EQ(StatusOf(Get("Expect: 200-ok\r\n")), 417);
  EXPECT_EQ(StatusOf(Get("Expect: 100-continue, x\r\n")), 417);
  EXPECT_EQ(StatusOf(Get("Expect: 100-continue\r\n")), 200);
}

TEST(RequestReader, BeginsAnewAfterReset) {
  const HttpLimits limits = Small();
  RequestReader reader(limits);
  for (int i = 0; i < 3; ++i) {
    const std::string text = Chunked("1\r\na\r\n0\r\n\r\n");
    std::string_view bytes = text;
    ASSERT_EQ(reader.Feed(bytes), Progress::kComplete);
    EXPECT_TRUE(reader.started());
    const IncomingRequest request = reader.TakeRequest();
    EXPECT_EQ(request.headers.size(), 2u);
    EXPECT_EQ(request.body, "a");
    reader.Reset();
    EXPECT_FALSE(reader.started());
    EXPECT_FALSE(reader.head_done());
  }
}

}  // namespace
}  // namespace spillway::server
