// Writes JSON text straight into a string, without a document in between.
//
// Commas are derived from the text itself: whatever follows `{`, `[` or `:` needs none, so the
// writer keeps no state beside its output. The caller is trusted to balance its brackets. A
// value type, not thread-safe; the string outlives the writer. Strings are expected to be
// UTF-8 and are copied as they are but for what JSON must escape.
#ifndef SPILLWAY_PROVIDERS_JSON_WRITER_H_
#define SPILLWAY_PROVIDERS_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::providers {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { out_ += '}'; }
  void BeginArray() { Open('['); }
  void EndArray() { out_ += ']'; }

  // A member's name; its value follows.
  void Key(std::string_view name) {
    String(name);
    out_ += ':';
  }

  void String(std::string_view text);
  void Int(std::int64_t value);
  void Bool(bool value) { Literal(value ? "true" : "false"); }
  void Null() { Literal("null"); }
  // `json` as one value, as it stands: the caller knows it for JSON.
  void Raw(std::string_view json) { Literal(json); }

  // `value` in the shortest form that reads back the same; whole numbers below 2^64 without
  // fraction or exponent, for readers that want an integer. JSON has no infinity and no NaN:
  // returns false and writes nothing for them.
  [[nodiscard]] bool Double(double value);

  // A name and its value.
  void Field(std::string_view name, std::string_view text) {
    Key(name);
    String(text);
  }

 private:
  void Separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }
  void Open(char bracket) {
    Separate();
    out_ += bracket;
  }
  void Literal(std::string_view text) {
    Separate();
    out_ += text;
  }

  std::string& out_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_WRITER_H_
