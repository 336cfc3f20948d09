#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/http_limits.h"
#include "server/http/http_text.h"
#include "server/http/request_reader.h"
#include "tests/fuzz/cuts.h"
#include "tests/fuzz/fuzz_target.h"

namespace spillway::fuzz {
namespace {

using server::HttpLimits;
using server::IncomingRequest;
using server::RequestReader;
using Progress = RequestReader::Progress;

struct ReadRequest {
  IncomingRequest request;
  bool keeps_alive = false;
  bool http_1_0 = false;
};

// All that came of a client's bytes.
struct Reading {
  std::vector<ReadRequest> requests;
  int status = 0;
  std::string_view message;
  // Of the request that is not there yet.
  bool started = false;
  bool head_done = false;
};

// Small, so that they are met.
const HttpLimits& Limits() {
  static const HttpLimits limits = [] {
    HttpLimits small;
    small.max_header_bytes = 512;
    small.max_body_bytes = 256;
    return small;
  }();
  return limits;
}

// One piece of the bytes. False: no more are read.
bool ReadPiece(RequestReader& reader, std::string_view piece, Reading& reading) {
  while (!piece.empty()) {
    switch (reader.Feed(piece)) {
      case Progress::kNeedMore:
        Require(piece.empty(), "a reader that needs more has taken all there is");
        break;
      case Progress::kRefused:
        reading.status = reader.refusal().status;
        reading.message = reader.refusal().message;
        return false;
      case Progress::kComplete:
        reading.requests.push_back({reader.TakeRequest(), reader.keeps_alive(), reader.http_1_0()});
        if (!reader.keeps_alive()) return false;
        reader.Reset();
    }
  }
  return true;
}

Reading Read(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  RequestReader reader(Limits());
  Reading reading;
  std::size_t begin = 0;
  bool more = true;
  for (std::size_t i = 0; more && i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
    // Of its own size, so that reading beyond its end is noticed.
    const std::string piece(bytes.substr(begin, end - begin));
    more = ReadPiece(reader, piece, reading);
    begin = end;
  }
  reading.started = reader.started();
  reading.head_done = reader.head_done();
  return reading;
}

bool Same(const IncomingRequest& a, const IncomingRequest& b) {
  return a.method == b.method && a.path == b.path && a.headers == b.headers && a.body == b.body;
}

void RequireSame(const Reading& a, const Reading& b) {
  Require(a.requests.size() == b.requests.size(), "any split gives as many requests");
  for (std::size_t i = 0; i < a.requests.size(); ++i) {
    Require(Same(a.requests[i].request, b.requests[i].request), "any split gives the same request");
    Require(a.requests[i].keeps_alive == b.requests[i].keeps_alive, "any split keeps the connection alike");
  }
  Require(a.status == b.status && a.message == b.message, "any split is refused alike");
  Require(a.started == b.started && a.head_done == b.head_done, "any split comes as far");
}

void CheckRequest(const IncomingRequest& request) {
  Require(!request.method.empty() &&
              std::all_of(request.method.begin(), request.method.end(), server::IsTokenChar),
          "a method is a token");
  Require(!request.path.empty() || request.method == "CONNECT", "a target is a path");
  std::size_t size = request.method.size() + request.path.size();
  for (const auto& [name, value] : request.headers) {
    Require(!name.empty() &&
                std::all_of(name.begin(), name.end(),
                            [](char c) { return server::IsTokenChar(c) && server::LowerCase(c) == c; }),
            "a name is a token in lower case");
    Require(std::all_of(value.begin(), value.end(), server::IsValueChar), "a value holds no controls");
    Require(value == server::WithoutBlanks(value), "a value has no blanks around it");
    size += name.size() + value.size();
  }
  Require(size <= Limits().max_header_bytes, "a head keeps within its limit");
  Require(request.body.size() <= Limits().max_body_bytes, "a body keeps within its limit");
}

// With a length in place of chunks, that is: what its fields say of the body is left out but for that.
void CheckWrittenAnew(const ReadRequest& read) {
  if (read.request.method == "CONNECT") return;
  IncomingRequest expected = read.request;
  std::erase_if(expected.headers, [](const auto& field) {
    return field.first == "content-length" || field.first == "transfer-encoding";
  });
  if (!expected.body.empty())
    expected.headers.emplace_back("content-length", std::to_string(expected.body.size()));
  std::string text =
      expected.method + " " + expected.path + (read.http_1_0 ? " HTTP/1.0" : " HTTP/1.1") + "\r\n";
  for (const auto& [name, value] : expected.headers) text += name + ":" + value + "\r\n";
  text += "\r\n" + expected.body;
  // It may have grown: by the length of a chunked body.
  if (text.size() - expected.body.size() > Limits().max_header_bytes) return;
  const Reading again = Read(text, {});
  Require(again.requests.size() == 1 && again.status == 0, "a request written anew can be read");
  Require(Same(again.requests[0].request, expected), "a request written anew is the same");
}

}  // namespace

void FuzzHttpRequest(std::string_view input) {
  if (input.empty()) return;
  const auto way = static_cast<unsigned char>(input.front());
  const std::string_view bytes = input.substr(1);
  const Reading whole = Read(bytes, {});
  RequireSame(whole, Read(bytes, CutsOf(bytes.size(), way)));
  for (const ReadRequest& read : whole.requests) {
    CheckRequest(read.request);
    CheckWrittenAnew(read);
  }
  constexpr int kStatuses[] = {0, 400, 413, 417, 431, 501, 505};
  Require(std::count(std::begin(kStatuses), std::end(kStatuses), whole.status) == 1,
          "a refusal is of a known kind");
  Require((whole.status == 0) == whole.message.empty(), "a refusal says why");
}

}  // namespace spillway::fuzz
