#include "tests/replay/leaf_check.h"

#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <regex>

#include "absl/strings/escaping.h"
#include "google/protobuf/util/json_util.h"
#include "providers/api_name.h"
#include "providers/json_document.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using Candidates = std::vector<const json::value*>;

// Boost's own reading of numbers is not exact enough to compare them.
json::value Parse(std::string_view text) {
  const providers::JsonDocument document(text);
  return json::value(document.root(), json::storage_ptr());
}

json::value ToJson(const v1::ChatResponse& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? Parse(text) : json::value();
}

// A number, also when proto-JSON wrote it as a string (it does that to 64-bit integers).
std::optional<double> NumberOf(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_string();
  double number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  return error == std::errc() && end == text.end() ? std::optional<double>(number) : std::nullopt;
}

bool SameScalar(const json::value& body, const json::value& found) {
  if (body.is_number()) return NumberOf(found) == body.to_number<double>();
  return body == found;
}

// proto3 does not tell these from nothing.
bool IsDefault(const json::value& value) {
  return value.is_null() || value == json::value("") || value == json::value(false) ||
         (value.is_number() && value.to_number<double>() == 0);
}

struct Exception {
  // Of the whole path.
  std::regex path;
  // Where the value is instead, from the root of the message; empty: dropped, or checked elsewhere.
  std::string_view instead;
};

const std::vector<Exception>& Exceptions() {
  static const std::vector<Exception> kExceptions = {
      // The kind of document: always the same, and known from where it came.
      {std::regex("object"), ""},
      // An enum in the message; recordings_test compares it.
      {std::regex("choices\\.\\d+\\.message\\.role"), ""},
      // Mapped; recordings_test compares it.
      {std::regex("choices\\.\\d+\\.finish_reason"), ""},
      // The sums follow one arithmetic whatever the provider's; recordings_test compares them.
      {std::regex("usage\\.(prompt|completion|total)_tokens"), ""},
      {std::regex("usage\\.prompt_tokens_details\\.cached_tokens"), "usage.cached_tokens"},
      {std::regex("usage\\.completion_tokens_details\\.reasoning_tokens"), "usage.reasoning_tokens"},
      {std::regex("usage\\.(cached_tokens|prompt_cache_hit_tokens)"), "usage.cached_tokens"},
      // Another name for the same thing.
      {std::regex("choices\\.(\\d+)\\.message\\.reasoning"), "choices.$1.message.reasoning_content"},
  };
  return kExceptions;
}

const json::value* At(const json::value& root, std::string_view path) {
  const json::value* at = &root;
  while (!path.empty() && at != nullptr) {
    const std::size_t dot = path.find('.');
    const std::string step(path.substr(0, dot));
    if (at->is_array()) {
      at = at->get_array().if_contains(std::stoul(step));
    } else {
      at = at->is_object() ? at->get_object().if_contains(step) : nullptr;
    }
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at;
}

class Walk {
 public:
  explicit Walk(const json::value& root) : root_(root) {}

  void Visit(const json::value& body, const Candidates& found, const std::string& path) {
    if (body.is_object()) {
      for (const auto& member : body.get_object()) {
        Visit(member.value(), Named(found, member.key()), Join(path, std::string(member.key())));
      }
    } else if (body.is_array()) {
      VisitList(body.get_array(), found, path);
    } else if (!Found(body, found, path)) {
      lost.push_back(path + " = " + json::serialize(body));
    }
  }

  std::vector<std::string> lost;

 private:
  static std::string Join(const std::string& path, const std::string& step) {
    return path.empty() ? step : path + "." + step;
  }

  static Candidates Named(const Candidates& found, json::string_view name) {
    Candidates out;
    for (const json::value* candidate : found) {
      const json::object* object = candidate->if_object();
      if (object == nullptr) continue;
      if (const auto* own = object->if_contains(name)) out.push_back(own);
      const json::value* extra = object->if_contains("extra");
      if (extra == nullptr || !extra->is_object()) continue;
      if (const auto* more = extra->get_object().if_contains(name)) out.push_back(more);
      AddScoped(extra->get_object(), name, out);
    }
    return out;
  }

  // What an `extra` holds under the name of an API.
  static void AddScoped(const json::object& extra, json::string_view name, Candidates& out) {
    for (const std::string_view api : providers::kApiNames) {
      const json::value* scope = extra.if_contains({api.data(), api.size()});
      if (scope == nullptr || !scope->is_object()) continue;
      if (const auto* more = scope->get_object().if_contains(name)) out.push_back(more);
    }
  }

  void VisitList(const json::array& list, const Candidates& found, const std::string& path) {
    // Bytes of a token: a list of numbers in JSON, base64 in proto-JSON.
    for (const json::value* candidate : found) {
      if (candidate->is_string() && SameBytes(list, candidate->get_string())) return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      Candidates elements;
      for (const json::value* candidate : found) {
        const json::array* array = candidate->if_array();
        if (array != nullptr && i < array->size()) elements.push_back(&(*array)[i]);
      }
      Visit(list[i], elements, Join(path, std::to_string(i)));
    }
  }

  static bool SameBytes(const json::array& list, const json::string& base64) {
    std::string bytes;
    if (!absl::Base64Unescape(absl::string_view(base64.data(), base64.size()), &bytes)) return false;
    if (bytes.size() != list.size()) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (!list[i].is_int64() || list[i].get_int64() != static_cast<unsigned char>(bytes[i])) return false;
    }
    return true;
  }

  bool Found(const json::value& body, const Candidates& found, const std::string& path) const {
    if (IsDefault(body) && found.empty()) return true;
    for (const json::value* candidate : found) {
      if (SameScalar(body, *candidate)) return true;
    }
    for (const Exception& exception : Exceptions()) {
      if (!std::regex_match(path, exception.path)) continue;
      if (exception.instead.empty()) return true;
      const auto* instead =
          At(root_, std::regex_replace(path, exception.path, std::string(exception.instead)));
      return instead == nullptr ? IsDefault(body) : SameScalar(body, *instead);
    }
    return false;
  }

  const json::value& root_;
};

}  // namespace

std::vector<std::string> LostLeaves(std::string_view body, const v1::ChatResponse& decoded) {
  const json::value root = ToJson(decoded);
  if (!root.is_object()) return {"the decoded message has no JSON form"};
  Walk walk(root);
  walk.Visit(Parse(body), {&root}, "");
  return std::move(walk.lost);
}

}  // namespace spillway::replay
