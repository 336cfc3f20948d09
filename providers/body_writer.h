// Writes the members of a request body one by one, but for those that the caller's `extra` gives: these
// take the place of what the codec would write, and are written by Extra. Pure.
//
// Not thread-safe; text and error outlive the writer.
#ifndef SPILLWAY_PROVIDERS_BODY_WRITER_H_
#define SPILLWAY_PROVIDERS_BODY_WRITER_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_ptr_field.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"

namespace spillway::providers {

// Closed at both ends.
struct Range {
  double least;
  double most;
};

class BodyWriter {
 public:
  BodyWriter(std::string& body, const ExtraMembers& extra, FieldError& error)
      : json_(body), extra_(extra), error_(error) {}

  JsonWriter& json() { return json_; }

  // False, and nothing written, when `extra` gives the member; otherwise its value is to follow.
  [[nodiscard]] bool Key(std::string_view name) {
    if (extra_.Has(name)) return false;
    json_.Key(name);
    return true;
  }

  void Int(std::string_view name, std::int64_t value) {
    if (Key(name)) json_.Int(value);
  }
  void Bool(std::string_view name, bool value) {
    if (Key(name)) json_.Bool(value);
  }
  void Text(std::string_view name, std::string_view text) {
    if (Key(name)) json_.String(text);
  }
  void List(std::string_view name, const google::protobuf::RepeatedPtrField<std::string>& texts) {
    if (texts.empty() || !Key(name)) return;
    json_.BeginArray();
    for (const std::string& text : texts) json_.String(text);
    json_.EndArray();
  }

  // The nearest to `value` that the API takes. False when it is not finite; `field` is the caller's name.
  [[nodiscard]] bool Number(std::string_view name, std::string_view field, double value, Range range) {
    if (!std::isfinite(value)) return error_.Set(field, "is not a finite number");
    return !Key(name) || json_.Double(std::clamp(value, range.least, range.most));
  }

  // What `extra` gives, but for `done`. False when it gives what is `reserved`.
  [[nodiscard]] bool Extra(std::span<const std::string_view> reserved,
                           std::span<const std::string_view> done) {
    return extra_.Write(reserved, done, json_, error_);
  }

 private:
  JsonWriter json_;
  const ExtraMembers extra_;
  FieldError& error_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BODY_WRITER_H_
