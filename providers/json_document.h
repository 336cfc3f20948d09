// A parsed JSON text together with the memory it lives in, and how to look at it.
//
// Small documents are held in the object itself, so keep it on the stack. Accepts exactly
// RFC 8259: no comments, no trailing commas, no invalid UTF-8, nothing after the value, and
// nothing nested deeper than the limit. An escape of half a surrogate pair, which is grammar
// but no character, is read as U+FFFD. Not copyable, not thread-safe; the text need not
// outlive it.
#ifndef SPILLWAY_PROVIDERS_JSON_DOCUMENT_H_
#define SPILLWAY_PROVIDERS_JSON_DOCUMENT_H_

#include <array>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::providers {

inline constexpr std::size_t kMaxJsonDepth = 64;

// For what becomes a message that others must read: protobuf stops at 100 nested messages, and
// one level of JSON is three of them in a Struct.
inline constexpr std::size_t kMaxAnswerDepth = 32;

class JsonDocument {
 public:
  explicit JsonDocument(std::string_view text, std::size_t max_depth = kMaxJsonDepth);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  bool ok() const { return problem_.empty(); }
  // Whether the text is the beginning of a JSON value that stops before its end.
  bool truncated() const { return truncated_; }
  // Whether half a surrogate pair was read as U+FFFD. Whoever could be asked to write it better may mind.
  bool mended() const { return mended_; }
  // What is wrong with the text, for people.
  const std::string& problem() const { return problem_; }
  // null when not ok().
  const boost::json::value& root() const { return root_; }

 private:
  // Into the root, or the problem.
  void Parse(std::string_view text, std::size_t max_depth);

  std::array<unsigned char, 8192> buffer_;
  boost::json::monotonic_resource memory_;
  boost::json::value root_;
  std::string problem_;
  bool truncated_ = false;
  bool mended_ = false;
};

inline std::string_view View(const boost::json::string& text) { return {text.data(), text.size()}; }
inline std::string_view View(boost::json::string_view text) { return {text.data(), text.size()}; }

// The text of a JSON string; nothing for any other kind.
inline std::optional<std::string_view> AsText(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return View(*text);
  return std::nullopt;
}

// The member `name` of an object; null when there is none or `value` is no object.
inline const boost::json::value* Member(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

// A number as a whole one: an integer, or a fraction cut off. Nothing when it is no number or
// does not fit.
std::optional<std::int64_t> AsWhole(const boost::json::value& value);

// Any number, as the nearest double.
std::optional<double> AsDouble(const boost::json::value& value);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_DOCUMENT_H_
