#include "providers/json_document.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace spillway::providers {
namespace {

namespace json = boost::json;
using boost::system::error_code;

// The double nearest to the decimal `text`. Boost.JSON 1.81's own reading is quicker and may be off
// in the last digit, which would turn a temperature of 0.7 into 0.7000000000000001 on its way.
double Nearest(json::string_view text, double approximation) {
  double number = approximation;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : approximation;
}

// Builds a value out of what the parser finds; the names are the parser's.
struct Builder {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Builder(json::storage_ptr memory, unsigned char* buffer, std::size_t size) : stack({}, buffer, size) {
    stack.reset(std::move(memory));
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) { return stack.push_object(size), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) { return stack.push_array(size), true; }
  bool on_key_part(json::string_view text, std::size_t, error_code&) { return stack.push_chars(text), true; }
  bool on_key(json::string_view text, std::size_t, error_code&) { return stack.push_key(text), true; }
  bool on_string_part(json::string_view text, std::size_t, error_code&) {
    return stack.push_chars(text), true;
  }
  bool on_string(json::string_view text, std::size_t, error_code&) { return stack.push_string(text), true; }
  // Only for numbers that begin in an earlier buffer: there is none.
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, error_code&) {
    return stack.push_int64(number), true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
    return stack.push_uint64(number), true;
  }
  bool on_double(double number, json::string_view text, error_code&) {
    return stack.push_double(Nearest(text, number)), true;
  }
  bool on_bool(bool value, error_code&) { return stack.push_bool(value), true; }
  bool on_null(error_code&) { return stack.push_null(), true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

  json::value_stack stack;
};

// Whether more text could have made a value of it. "incomplete" is not all that the parser says of those: a
// number that stops after its point is an error to it.
bool IsBeginning(std::string_view text, const json::parse_options& options) {
  unsigned char scratch[4096];
  json::basic_parser<Builder> parser(options, json::storage_ptr(), scratch, sizeof scratch);
  error_code error;
  return parser.write_some(true, text.data(), text.size(), error) == text.size() && !error;
}

// The UTF-16 unit that `text` begins with as an escape, as in \ud83d; nothing if it does not.
std::optional<unsigned> EscapedUnit(std::string_view text) {
  constexpr std::size_t kDigits = 4;
  if (text.size() < 2 + kDigits || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + 2 + kDigits;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
  return error == std::errc() && stop == end ? std::optional(unit) : std::nullopt;
}

bool IsLeading(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsTrailing(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

// With U+FFFD for each escape that is half of a surrogate pair; nothing if there is none. Some providers cut
// an emoji in two, or escape bytes that are no UTF-8 as Python does.
std::optional<std::string> WithoutHalfPairs(std::string_view text) {
  constexpr std::size_t kEscape = 6;
  std::optional<std::string> out;
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const std::optional<unsigned> unit = EscapedUnit(text.substr(at));
    if (!unit) {
      at += 2;
      continue;
    }
    const std::optional<unsigned> next = EscapedUnit(text.substr(at + kEscape));
    if (IsLeading(*unit) && next && IsTrailing(*next)) {
      at += 2 * kEscape;
      continue;
    }
    if (IsLeading(*unit) || IsTrailing(*unit)) {
      if (!out) out.emplace(text);
      out->replace(at, kEscape, "\\ufffd");
    }
    at += kEscape;
  }
  return out;
}

}  // namespace

// The root is bound to the document's memory from the start: only then is it moved, not copied.
JsonDocument::JsonDocument(std::string_view text, std::size_t max_depth)
    : memory_(buffer_.data(), buffer_.size()), root_(json::storage_ptr(&memory_)) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problem_ = "it is empty";
    return;
  }
  Parse(text, max_depth);
  if (ok()) return;
  if (const std::optional<std::string> whole = WithoutHalfPairs(text)) {
    problem_.clear();
    mended_ = true;
    Parse(*whole, max_depth);
  }
}

void JsonDocument::Parse(std::string_view text, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  unsigned char scratch[4096];
  json::basic_parser<Builder> parser(options, json::storage_ptr(&memory_), scratch, sizeof scratch);
  error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (!error) {
    root_ = parser.handler().stack.release();
    return;
  }
  truncated_ = error == json::error::incomplete || IsBeginning(text, options);
  if (truncated_) {
    problem_ = "it stops before its end";
  } else {
    problem_ = error == json::error::too_deep ? "it is nested too deeply" : error.message();
  }
}

std::optional<std::int64_t> AsWhole(const json::value& value) {
  if (const auto* number = value.if_int64()) return *number;
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (const auto* number = value.if_double(); number != nullptr && std::abs(*number) < kTwoTo63) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

std::optional<double> AsDouble(const json::value& value) {
  if (const auto* number = value.if_double()) return *number;
  if (const auto* number = value.if_int64()) return static_cast<double>(*number);
  if (const auto* number = value.if_uint64()) return static_cast<double>(*number);
  return std::nullopt;
}

}  // namespace spillway::providers
