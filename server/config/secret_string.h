// A text that must not be shown: printing, logging and formatting give "[redacted]".
//
// A value; as thread-safe as std::string. Its memory is wiped when it is destroyed or replaced.
#ifndef SPILLWAY_SERVER_CONFIG_SECRET_STRING_H_
#define SPILLWAY_SERVER_CONFIG_SECRET_STRING_H_

#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"

namespace spillway::server {

class SecretString {
 public:
  SecretString() = default;
  // Wipes `text`.
  explicit SecretString(std::string&& text);
  SecretString(const SecretString& other) = default;
  SecretString(SecretString&& other) noexcept : SecretString() { text_.swap(other.text_); }
  SecretString& operator=(SecretString other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~SecretString();

  // The one way to the text: for the request header it goes into.
  const std::string& Reveal() const { return text_; }

  bool empty() const { return text_.empty(); }

  friend bool operator==(const SecretString&, const SecretString&) = default;

  friend std::ostream& operator<<(std::ostream& out, const SecretString&) { return out << kShown; }

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const SecretString&) {
    sink.Append(kShown);
  }

  friend absl::FormatConvertResult<absl::FormatConversionCharSet::kString> AbslFormatConvert(
      const SecretString&, const absl::FormatConversionSpec&, absl::FormatSink* sink) {
    sink->Append(kShown);
    return {true};
  }

 private:
  static constexpr char kShown[] = "[redacted]";

  std::string text_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SECRET_STRING_H_
