#include "tests/bench/http_reply.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace spillway::bench {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The whole text as a number to the base.
bool ToNumber(std::string_view text, int base, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::size_t HttpReply::Feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && !whole() && !malformed()) {
    const std::string_view rest = bytes.substr(at);
    if (state_ == State::kUntilClose) {
      body_ += rest;
      return bytes.size();
    }
    if (state_ == State::kBody || state_ == State::kChunk) {
      const std::size_t part = std::min(lacking_, rest.size());
      body_ += rest.substr(0, part);
      lacking_ -= part;
      at += part;
      if (lacking_ == 0) state_ = state_ == State::kBody ? State::kWhole : State::kChunkEnd;
      continue;
    }
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      line_ += rest;
      return bytes.size();
    }
    line_ += rest.substr(0, end);
    at += end + 1;
    if (line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::move(line_);
    line_.clear();
    OnLine(line);
  }
  return at;
}

void HttpReply::OnLine(std::string_view line) {
  switch (state_) {
    case State::kHead:
      if (status_ == 0) {
        std::size_t status = 0;
        const bool good = line.size() >= 12 && line.starts_with("HTTP/1.") && line[8] == ' ' &&
                          ToNumber(line.substr(9, 3), 10, status);
        status_ = static_cast<int>(status);
        closes_ = line.starts_with("HTTP/1.0");
        if (!good || status_ < 100) state_ = State::kMalformed;
      } else if (line.empty()) {
        OnHeadEnd();
      } else {
        OnField(line);
      }
      return;
    case State::kChunkSize:
      return OnChunkSize(line);
    case State::kChunkEnd:
      state_ = line.empty() ? State::kChunkSize : State::kMalformed;
      return;
    case State::kTrailers:
      if (line.empty()) state_ = State::kWhole;
      return;
    default:
      state_ = State::kMalformed;
  }
}

void HttpReply::OnField(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    state_ = State::kMalformed;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (SameName(name, "content-length")) {
    // A second one could only contradict the first.
    if (has_length_ || !ToNumber(value, 10, lacking_)) state_ = State::kMalformed;
    has_length_ = true;
  } else if (SameName(name, "transfer-encoding")) {
    chunked_ = SameName(value, "chunked");
    if (!chunked_) state_ = State::kMalformed;
  } else if (SameName(name, "connection")) {
    if (SameName(value, "close")) closes_ = true;
    if (SameName(value, "keep-alive")) closes_ = false;
  }
}

void HttpReply::OnHeadEnd() {
  if (status_ < 200) {  // an interim answer; the real one follows
    Reset();
  } else if (chunked_) {
    state_ = has_length_ ? State::kMalformed : State::kChunkSize;
  } else if (has_length_) {
    state_ = lacking_ == 0 ? State::kWhole : State::kBody;
  } else {
    closes_ = true;
    state_ = State::kUntilClose;
  }
}

void HttpReply::OnChunkSize(std::string_view line) {
  if (!ToNumber(Trimmed(line.substr(0, line.find(';'))), 16, lacking_)) {
    state_ = State::kMalformed;
  } else {
    state_ = lacking_ == 0 ? State::kTrailers : State::kChunk;
  }
}

void HttpReply::OnClose() {
  if (state_ == State::kUntilClose) state_ = State::kWhole;
}

std::string FaultOf(const HttpReply& reply, std::size_t expected_bytes, std::string_view expected_text) {
  if (!reply.whole()) return "malformed answer";
  if (reply.status() != 200) return "http " + std::to_string(reply.status());
  const std::size_t length = reply.body().size();
  if (length == 0 || (expected_bytes != 0 && length != expected_bytes)) {
    return "body of " + std::to_string(length) + " bytes";
  }
  return reply.body().find(expected_text) == std::string::npos ? "another body" : "";
}

}  // namespace spillway::bench
