#include "tests/fuzz/exchange_input.h"

#include <algorithm>
#include <cstddef>
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

// The first line, without its end.
std::string_view TakeLine(std::string_view& input) {
  const std::size_t size = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, size);
  input.remove_prefix(std::min(size + 1, input.size()));
  return line;
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
