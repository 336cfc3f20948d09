#include "server/config/yaml_to_struct.h"

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/config/plain_value.h"
#include "server/config/scalar_values.h"

namespace spillway::server {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;
using Kind = YamlNode::Kind;

class StructReader {
 public:
  StructReader(SourceMap* source, ConfigErrors* errors) : source_(*source), errors_(*errors) {}

  // Each says whether everything could be read.
  bool Map(const YamlNode& node, const std::string& path, int depth, Struct& out);

 private:
  bool Member(const YamlNode& key, const YamlNode& value, const std::string& path, int depth, Struct& out);
  bool List(const YamlNode& node, const std::string& path, int depth, ListValue& out);
  // `at`: where a value that is missing is missed.
  bool Any(const YamlNode& node, Position at, const std::string& path, int depth, Value& out);
  bool Scalar(const YamlNode& node, const std::string& path, Value& out);

  bool IsKey(const YamlNode& key, const std::string& path);
  bool Fail(Position at, const std::string& path, std::string what);

  SourceMap& source_;
  ConfigErrors& errors_;
};

bool StructReader::Fail(Position at, const std::string& path, std::string what) {
  source_.MarkBroken(path);
  errors_.push_back({at.line, at.column, path, std::move(what)});
  return false;
}

bool StructReader::IsKey(const YamlNode& key, const std::string& path) {
  if (key.kind != Kind::kScalar) {
    return Fail(key.at, path, absl::StrCat("a key must be a word, found ", std::string(KindName(key))));
  }
  if (const std::string_view fault = FaultOfForm(key); !fault.empty()) {
    return Fail(key.at, path, std::string(fault));
  }
  if (key.text.empty()) return Fail(key.at, path, "a key must not be empty");
  if (key.text == "<<" && !key.quoted) {
    return Fail(key.at, path, "merge keys (<<) are not supported; write the members out");
  }
  return true;
}

bool StructReader::Map(const YamlNode& node, const std::string& path, int depth, Struct& out) {
  if (depth > kMaxStructDepth) {
    return Fail(node.at, path, absl::StrCat("nested more than ", kMaxStructDepth, " levels deep"));
  }
  bool whole = true;
  std::map<std::string, Position> seen;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode& key = node.keys[i];
    if (!IsKey(key, path)) {
      whole = false;
      continue;
    }
    const auto [first, is_first] = seen.emplace(key.text, key.at);
    if (is_first) {
      whole = Member(key, node.items[i], path, depth, out) && whole;
    } else {
      whole = Fail(key.at, KeyPath(path, key.text),
                   absl::StrCat("duplicate key; it is on line ", first->second.line, " already"));
    }
  }
  if (!whole) source_.MarkBroken(path);
  return whole;
}

bool StructReader::Member(const YamlNode& key, const YamlNode& value, const std::string& path, int depth,
                          Struct& out) {
  const std::string at = KeyPath(path, key.text);
  source_.Add(at, value.kind == Kind::kScalar ? value.at : key.at);
  Value read;
  if (!Any(value, key.at, at, depth, read)) return false;
  (*out.mutable_fields())[key.text] = std::move(read);
  return true;
}

bool StructReader::List(const YamlNode& node, const std::string& path, int depth, ListValue& out) {
  if (depth > kMaxStructDepth) {
    return Fail(node.at, path, absl::StrCat("nested more than ", kMaxStructDepth, " levels deep"));
  }
  bool whole = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string at = ItemPath(path, i);
    source_.Add(at, node.items[i].at);
    whole = Any(node.items[i], node.items[i].at, at, depth, *out.add_values()) && whole;
  }
  if (!whole) source_.MarkBroken(path);
  return whole;
}

bool StructReader::Any(const YamlNode& node, Position at, const std::string& path, int depth, Value& out) {
  if (const std::string_view fault = FaultOfForm(node); !fault.empty()) {
    return Fail(node.at, path, std::string(fault));
  }
  switch (node.kind) {
    case Kind::kMap:
      return Map(node, path, depth + 1, *out.mutable_struct_value());
    case Kind::kList:
      return List(node, path, depth + 1, *out.mutable_list_value());
    case Kind::kScalar:
      return Scalar(node, path, out);
    default:
      break;
  }
  if (node.text.empty()) return Fail(at, path, "has no value; give it one, or write null if that is meant");
  out.set_null_value(google::protobuf::NULL_VALUE);
  return true;
}

bool StructReader::Scalar(const YamlNode& node, const std::string& path, Value& out) {
  if (node.quoted) {
    out.set_string_value(node.text);
    return true;
  }
  absl::StatusOr<Value> value = ReadPlainValue(node.text);
  if (!value.ok()) return Fail(node.at, path, std::string(value.status().message()));
  out = *std::move(value);
  return true;
}

}  // namespace

void YamlToStruct(const YamlNode& map, const std::string& path, Struct* out, SourceMap* source,
                  ConfigErrors* errors) {
  StructReader(source, errors).Map(map, path, 1, *out);
}

}  // namespace spillway::server
