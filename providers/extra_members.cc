#include "providers/extra_members.h"

#include <algorithm>
#include <string>
#include <vector>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Value* FindIn(const Struct* object, std::string_view name) {
  if (object == nullptr) return nullptr;
  const auto found = object->fields().find(std::string(name));
  return found == object->fields().end() ? nullptr : &found->second;
}

const Struct* ObjectIn(const Struct* object, std::string_view name) {
  const Value* value = FindIn(object, name);
  return value != nullptr && value->has_struct_value() ? &value->struct_value() : nullptr;
}

bool IsEmpty(const Struct* object) { return object == nullptr || object->fields().empty(); }

}  // namespace

ExtraMembers::ExtraMembers(const v1::ChatRequest& request, v1::Api api)
    : api_name_(NameOf(api)), general_(&request.extra()), scoped_(ScopedExtra(request.extra(), api)) {}

bool ExtraMembers::empty() const { return IsEmpty(general_) && IsEmpty(scoped_); }

const Value* ExtraMembers::Find(std::string_view name) const {
  const Value* scoped = FindIn(scoped_, name);
  if (scoped != nullptr || Contains(kApiNames, name)) return scoped;
  return FindIn(general_, name);
}

ExtraMembers ExtraMembers::In(std::string_view name) const {
  ExtraMembers inner;
  inner.general_ = ObjectIn(general_, name);
  inner.scoped_ = ObjectIn(scoped_, name);
  return inner;
}

bool ExtraMembers::Write(std::span<const std::string_view> reserved, std::span<const std::string_view> done,
                         JsonWriter& json, FieldError& error) const {
  if (empty()) return true;
  std::vector<std::string_view> skipped(done.begin(), done.end());
  if (scoped_ != nullptr) {
    if (!WriteMembers(*scoped_, reserved, json, error, done)) {
      if (!api_name_.empty()) error.In(api_name_);
      return error.In("extra");
    }
    for (const auto& member : scoped_->fields()) skipped.emplace_back(member.first);
  }
  skipped.insert(skipped.end(), kApiNames.begin(), kApiNames.end());
  return general_ == nullptr || WriteMembers(*general_, reserved, json, error, skipped) || error.In("extra");
}

bool CheckExtraNames(const Struct& extra, FieldError& error) {
  for (const auto& [name, value] : extra.fields()) {
    if (name != "stream" && v1::ChatRequest::descriptor()->FindFieldByName(name) == nullptr) continue;
    error.Set(name, name == "stream" ? "is decided by the call" : "has a field of its own");
    return error.In("extra");
  }
  return true;
}

}  // namespace spillway::providers
