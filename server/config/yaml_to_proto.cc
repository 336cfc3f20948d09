#include "server/config/yaml_to_proto.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/struct.pb.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/config/field_setter.h"
#include "server/config/nearest_word.h"
#include "server/config/scalar_values.h"
#include "server/config/yaml_to_struct.h"

namespace spillway::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Struct;
using Kind = YamlNode::Kind;

bool IsDuration(const Descriptor* type) {
  return type != nullptr && type->full_name() == google::protobuf::Duration::descriptor()->full_name();
}

bool IsStruct(const Descriptor& type) { return &type == Struct::descriptor(); }

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

class Converter {
 public:
  Converter(const YamlToProtoOptions& options, SourceMap* source, ConfigErrors* errors)
      : options_(options), source_(*source), errors_(*errors) {}

  // A map's keys as the fields of `out`.
  void Fields(const YamlNode& node, const std::string& path, Message* out);

  // Whether there is a value to read; an error if not.
  bool Usable(const YamlNode& node, Position at, const std::string& path);

 private:
  // What one message's map has shown so far.
  struct Seen {
    std::map<const FieldDescriptor*, Position> fields;
    std::map<const OneofDescriptor*, const FieldDescriptor*> oneofs;
  };

  void Field(const YamlNode& key, const YamlNode& value, const std::string& path, Seen* seen, Message* out);
  void List(const YamlNode& key, const YamlNode& value, const std::string& path, const FieldDescriptor* field,
            Message* out);
  void Map(const YamlNode& key, const YamlNode& value, const std::string& path, const FieldDescriptor* field,
           Message* out);
  void SubMessage(const YamlNode& node, Position at, const std::string& path, Message* out);
  void Scalar(const YamlNode& node, Position at, const std::string& path, const FieldDescriptor* field,
              Message* out);

  bool FirstOfItsOneof(const FieldDescriptor* field, Position at, const std::string& path, Seen* seen);
  void UnknownKey(const YamlNode& key, const std::string& path, const Descriptor& type);
  void Fail(Position at, const std::string& path, std::string what);
  bool IsSecret(const Descriptor& type) const { return type.full_name() == options_.secret_type; }

  const YamlToProtoOptions& options_;
  SourceMap& source_;
  ConfigErrors& errors_;
};

void Converter::Fail(Position at, const std::string& path, std::string what) {
  source_.MarkBroken(path);
  errors_.push_back({at.line, at.column, path, std::move(what)});
}

bool Converter::Usable(const YamlNode& node, Position at, const std::string& path) {
  if (const std::string_view fault = FaultOfForm(node); !fault.empty()) {
    Fail(node.at, path, std::string(fault));
    return false;
  }
  if (node.kind == Kind::kNull) {
    Fail(at, path, "has no value; give it one or leave the key out");
    return false;
  }
  return true;
}

void Converter::UnknownKey(const YamlNode& key, const std::string& path, const Descriptor& type) {
  source_.MarkBroken(path);
  std::string at_path = path;
  std::string what;
  if (IsSecret(type)) {
    what = absl::StrCat("unknown key; ", options_.secret_help);
  } else if (key.kind != Kind::kScalar) {
    what = absl::StrCat("a key must be a word, found ", std::string(KindName(key)));
  } else if (key.text.find_first_of(" \t") != std::string::npos) {
    // Not repeated: what was to be the value may be a key that somebody pasted.
    what = "a key has no white space in it; is there a colon missing?";
  } else {
    what = absl::StrCat("unknown key ", Quoted(key.text), Suggestion(key.text, FieldNames(type)));
    if (IsPathWord(key.text)) at_path = FieldPath(path, key.text);
  }
  errors_.push_back({key.at.line, key.at.column, std::move(at_path), std::move(what)});
}

void Converter::Fields(const YamlNode& node, const std::string& path, Message* out) {
  Seen seen;
  for (std::size_t i = 0; i < node.keys.size(); ++i) Field(node.keys[i], node.items[i], path, &seen, out);
}

void Converter::Field(const YamlNode& key, const YamlNode& value, const std::string& path, Seen* seen,
                      Message* out) {
  const Descriptor& type = *out->GetDescriptor();
  const FieldDescriptor* field = key.kind == Kind::kScalar ? type.FindFieldByName(key.text) : nullptr;
  if (field == nullptr) return UnknownKey(key, path, type);
  const std::string field_path = FieldPath(path, field->name());
  const auto [first, is_first] = seen->fields.emplace(field, key.at);
  if (!is_first) {
    return Fail(key.at, field_path,
                absl::StrCat("duplicate key; it is on line ", first->second.line, " already"));
  }
  const bool is_scalar =
      !field->is_repeated() && (field->message_type() == nullptr || IsDuration(field->message_type()));
  source_.Add(field_path, is_scalar && value.kind != Kind::kNull ? value.at : key.at);
  if (!FirstOfItsOneof(field, key.at, path, seen) || !Usable(value, key.at, field_path)) return;
  if (field->is_map()) return Map(key, value, field_path, field, out);
  if (field->is_repeated()) return List(key, value, field_path, field, out);
  if (is_scalar) return Scalar(value, value.at, field_path, field, out);
  SubMessage(value, value.at, field_path, out->GetReflection()->MutableMessage(out, field));
}

bool Converter::FirstOfItsOneof(const FieldDescriptor* field, Position at, const std::string& path,
                                Seen* seen) {
  const OneofDescriptor* oneof = field->real_containing_oneof();
  if (oneof == nullptr) return true;
  const auto [other, is_first] = seen->oneofs.emplace(oneof, field);
  if (is_first) return true;
  Fail(at, path,
       absl::StrCat("\"", other->second->name(), "\" and \"", field->name(),
                    "\" exclude each other; keep one"));
  return false;
}

void Converter::SubMessage(const YamlNode& node, Position at, const std::string& path, Message* out) {
  const Descriptor& type = *out->GetDescriptor();
  if (node.kind == Kind::kMap && IsStruct(type)) {
    auto* open = google::protobuf::DynamicCastToGenerated<Struct>(out);
    return YamlToStruct(node, path, open, &source_, &errors_);
  }
  if (node.kind == Kind::kMap) return Fields(node, path, out);
  if (IsSecret(type)) return Fail(at, path, options_.secret_help);
  Fail(at, path, absl::StrCat("expected a mapping (key: value), found ", std::string(KindName(node))));
}

void Converter::List(const YamlNode& key, const YamlNode& value, const std::string& path,
                     const FieldDescriptor* field, Message* out) {
  if (value.kind != Kind::kList) {
    const bool one = value.kind == Kind::kScalar;
    return Fail(one ? value.at : key.at, path,
                absl::StrCat("expected a list, found ", std::string(KindName(value)),
                             one ? "; put it in brackets: [ ]" : ""));
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const YamlNode& item = value.items[i];
    const std::string item_path = ItemPath(path, i);
    source_.Add(item_path, item.at);
    const bool is_message = field->message_type() != nullptr && !IsDuration(field->message_type());
    Message* added = is_message ? out->GetReflection()->AddMessage(out, field) : nullptr;
    if (!Usable(item, item.at, item_path)) {
      if (!is_message) AddDefault(field, out);
    } else if (is_message) {
      SubMessage(item, item.at, item_path, added);
    } else {
      Scalar(item, item.at, item_path, field, out);
    }
  }
}

void Converter::Map(const YamlNode& key, const YamlNode& value, const std::string& path,
                    const FieldDescriptor* field, Message* out) {
  if (value.kind != Kind::kMap) {
    return Fail(key.at, path,
                absl::StrCat("expected a mapping (key: value), found ", std::string(KindName(value))));
  }
  const FieldDescriptor* value_field = field->message_type()->map_value();
  std::map<std::string, Position> seen;
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    const YamlNode& entry_key = value.keys[i];
    const YamlNode& entry_value = value.items[i];
    const std::string entry_path = absl::StrCat(path, "[", Quoted(entry_key.text), "]");
    source_.Add(entry_path, entry_key.at);
    const auto [first, is_first] = seen.emplace(entry_key.text, entry_key.at);
    if (!is_first) {
      Fail(entry_key.at, entry_path,
           absl::StrCat("duplicate key; it is on line ", first->second.line, " already"));
      continue;
    }
    if (!Usable(entry_key, entry_key.at, entry_path) || !Usable(entry_value, entry_key.at, entry_path))
      continue;
    Message* entry = out->GetReflection()->AddMessage(out, field);
    Scalar(entry_key, entry_key.at, entry_path, field->message_type()->map_key(), entry);
    if (value_field->message_type() != nullptr && !IsDuration(value_field->message_type())) {
      SubMessage(entry_value, entry_value.at, entry_path,
                 entry->GetReflection()->MutableMessage(entry, value_field));
    } else {
      Scalar(entry_value, entry_value.at, entry_path, value_field, entry);
    }
  }
}

void Converter::Scalar(const YamlNode& node, Position at, const std::string& path,
                       const FieldDescriptor* field, Message* out) {
  const absl::Status status = SetScalar(node, field, out);
  if (status.ok()) return;
  if (field->is_repeated()) AddDefault(field, out);
  Fail(at, path, std::string(status.message()));
}

}  // namespace

void YamlToProto(const YamlNode& root, const YamlToProtoOptions& options, Message* message, SourceMap* source,
                 ConfigErrors* errors) {
  source->Add("", root.at);
  Converter converter(options, source, errors);
  if (converter.Usable(root, root.at, "")) converter.Fields(root, "", message);
}

}  // namespace spillway::server
