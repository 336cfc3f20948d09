#include "tests/fuzz/exchange_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"

namespace spillway::fuzz {
namespace {

// Takes the first byte's low four bits off the front; 0 of nothing.
std::size_t TakePick(std::string_view& input) {
  if (input.empty()) return 0;
  const std::size_t pick = static_cast<unsigned char>(input.front()) & 0xFu;
  input.remove_prefix(1);
  return pick;
}

void SkipLineEnd(std::string_view& input) {
  if (input.substr(0, 1) == "\n") input.remove_prefix(1);
}

const std::array<HttpHeaders, 8>& HeaderSets() {
  static const std::array<HttpHeaders, 8> sets = {{
      {{"content-type", "application/json"}},
      {{"content-type", "application/json"}, {"x-request-id", "req_5fa1"}, {"retry-after", "20"}},
      {{"retry-after-ms", "0"}, {"retry-after", "1"}},
      {{"x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/coral/"},
       {"x-amzn-requestid", "8a1d0b4e-7f1c-4f6e-9d51-0c6a3f8f2f10"}},
      {{"x-amzn-errortype", "ValidationException"}},
      {{"x-should-retry", "true"}, {"request-id", "req_011C"}},
      {{"x-should-retry", "false"}},
      {{"content-type", "text/html"}, {"retry-after", "Thu, 01 Jan 2026 00:01:00 GMT"}},
  }};
  return sets;
}

const std::array<HttpHeaders, 4>& StreamHeaderSets() {
  static const std::array<HttpHeaders, 4> sets = {{
      {{"content-type", "text/event-stream; charset=utf-8"}, {"x-request-id", "req_5fa1"}},
      {{"content-type", "application/vnd.amazon.eventstream"}, {"x-amzn-requestid", "8a1d0b4e-7f1c"}},
      {{"content-type", "application/json"}, {"retry-after", "20"}},
      {},
  }};
  return sets;
}

// The first line, without its end.
std::string_view TakeLine(std::string_view& input) {
  const std::size_t size = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, size);
  input.remove_prefix(std::min(size + 1, input.size()));
  return line;
}

std::string_view TakeWord(std::string_view& line) {
  const std::size_t size = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, size);
  line.remove_prefix(std::min(size + 1, line.size()));
  return word;
}

void AppendNumber(std::uint32_t number, std::size_t bytes, std::string& out) {
  while (bytes-- > 0) out += static_cast<char>(number >> (8 * bytes));
}

// CRC-32 as everywhere (IEEE 802.3), bit by bit.
std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
  }
  return ~crc;
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  constexpr std::uint32_t kString = 7;
  AppendNumber(static_cast<std::uint32_t>(name.size()), 1, out);
  out += name;
  AppendNumber(kString, 1, out);
  value = value.substr(0, 0xFFFF);
  AppendNumber(static_cast<std::uint32_t>(value.size()), 2, out);
  out += value;
}

// "event messageStop {}", "exception throttlingException {}", "error code text".
void AppendFrame(std::string_view line, std::string& out) {
  const std::string_view message_type = TakeWord(line);
  const std::string_view type = TakeWord(line);
  std::string headers;
  AppendHeader(":message-type", message_type, headers);
  if (message_type == "error") {
    AppendHeader(":error-code", type, headers);
    AppendHeader(":error-message", line, headers);
    line = {};
  } else {
    AppendHeader(message_type == "exception" ? ":exception-type" : ":event-type", type, headers);
    AppendHeader(":content-type", "application/json", headers);
  }
  constexpr std::size_t kPreludeAndChecksums = 16;
  std::string frame;
  AppendNumber(static_cast<std::uint32_t>(kPreludeAndChecksums + headers.size() + line.size()), 4, frame);
  AppendNumber(static_cast<std::uint32_t>(headers.size()), 4, frame);
  AppendNumber(Crc32(frame), 4, frame);
  frame += headers;
  frame += line;
  AppendNumber(Crc32(frame), 4, frame);
  out += frame;
}

std::string FramesOf(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::string_view line = TakeLine(lines);
    if (!line.empty()) AppendFrame(line, out);
  }
  return out;
}

}  // namespace

HttpResponse ResponseWithBody(std::string_view input) {
  HttpResponse response;
  response.status = kStatuses[TakePick(input)];
  response.headers = HeaderSets()[TakePick(input) % HeaderSets().size()];
  SkipLineEnd(input);
  response.body = input;
  return response;
}

StreamInput ResponseWithStream(std::string_view input, bool frames) {
  StreamInput out;
  out.response.status = kStatuses[TakePick(input)];
  out.response.headers = StreamHeaderSets()[TakePick(input) % StreamHeaderSets().size()];
  const bool raw = !input.empty() && input.front() >= 'A' && input.front() <= 'Z';
  out.choices = 1 + (static_cast<int>(TakePick(input)) + 3) % 4;
  if (!input.empty()) out.splits = static_cast<unsigned char>(input.front());
  input.remove_prefix(std::min<std::size_t>(1, input.size()));
  SkipLineEnd(input);
  out.response.body = frames && !raw ? FramesOf(input) : std::string(input);
  return out;
}

HttpResponse ResponseWithHeaders(std::string_view input) {
  HttpResponse response;
  response.status = kStatuses[TakePick(input)];
  SkipLineEnd(input);
  while (!input.empty()) {
    const std::string_view line = TakeLine(input);
    if (line.empty()) break;
    const std::size_t name = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(name + 1, line.size()));
    if (value.substr(0, 1) == " ") value.remove_prefix(1);
    response.headers.emplace_back(absl::AsciiStrToLower(absl::string_view(line.data(), name)), value);
  }
  response.body = input;
  return response;
}

}  // namespace spillway::fuzz
