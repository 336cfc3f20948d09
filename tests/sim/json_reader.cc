#include "tests/sim/json_reader.h"

#include <boost/json/array.hpp>
#include <boost/json/kind.hpp>
#include <boost/json/parse.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

[[noreturn]] void Refuse(const std::string& path, std::string_view problem) {
  throw InvalidConfig(path + ": " + std::string(problem));
}

std::string Text(const json::value& value, const std::string& path) {
  if (!value.is_string()) Refuse(path, "must be a string");
  return std::string(value.get_string());
}

}  // namespace

json::value ParseJson(std::string_view text, const std::string& what) {
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) throw InvalidConfig(what + ": not JSON: " + error.message());
  return value;
}

ObjectReader::ObjectReader(const json::value& value, std::string path)
    : object_(value.if_object()), path_(std::move(path)) {
  if (object_ == nullptr) Refuse(path_, "must be an object");
}

const json::value* ObjectReader::Any(std::string_view key) {
  known_.emplace(key);
  return object_->if_contains(json::string_view(key.data(), key.size()));
}

std::optional<std::string> ObjectReader::String(std::string_view key) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  return Text(*value, PathOf(key));
}

std::optional<bool> ObjectReader::Bool(std::string_view key) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) Refuse(PathOf(key), "must be true or false");
  return value->get_bool();
}

std::optional<std::int64_t> ObjectReader::Integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number == nullptr || *number < min || *number > max) {
    Refuse(PathOf(key), "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *number;
}

std::optional<double> ObjectReader::Number(std::string_view key, double min, double max) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->to_number<double>() : min - 1;
  if (!(number >= min && number <= max)) {
    Refuse(PathOf(key), absl::StrCat("must be a number from ", min, " to ", max));
  }
  return number;
}

std::optional<std::vector<std::string>> ObjectReader::Strings(std::string_view key) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) Refuse(PathOf(key), "must be a list of strings");
  std::vector<std::string> out;
  for (const json::value& item : value->get_array()) {
    out.push_back(Text(item, PathOf(key) + "[" + std::to_string(out.size()) + "]"));
  }
  return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ObjectReader::StringMap(
    std::string_view key) {
  const json::value* value = Any(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) Refuse(PathOf(key), "must be an object of strings");
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, item] : value->get_object()) {
    out.emplace_back(std::string(name), Text(item, PathOf(key) + "." + std::string(name)));
  }
  return out;
}

void ObjectReader::RefuseUnknownKeys() const {
  for (const auto& member : *object_) {
    const std::string key(member.key());
    if (known_.contains(key)) continue;
    std::string names;
    for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
    Refuse(PathOf(key), "unknown key; known are: " + names);
  }
}

std::string ObjectReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

}  // namespace spillway::sim
