#include "providers/scoped_extra.h"

#include <algorithm>
#include <utility>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

bool IsApi(std::string_view name) {
  return std::find(kApiNames.begin(), kApiNames.end(), name) != kApiNames.end();
}

void Scope(v1::Api api, Struct& extra) {
  Struct loose;
  for (auto& [name, value] : *extra.mutable_fields()) {
    if (!IsApi(name)) (*loose.mutable_fields())[name] = std::move(value);
  }
  if (loose.fields().empty()) return;
  for (const auto& member : loose.fields()) extra.mutable_fields()->erase(member.first);
  MutableScopedExtra(extra, api).MergeFrom(loose);
}

// `Turn` is a Message or a Delta.
template <typename Turn>
void ScopeAll(v1::Api api, Turn& turn) {
  if (turn.has_extra()) Scope(api, *turn.mutable_extra());
  for (auto& call : *turn.mutable_tool_calls()) {
    if (call.has_extra()) Scope(api, *call.mutable_extra());
  }
}

}  // namespace

bool WriteScopedExtra(const Struct& extra, v1::Api api, std::span<const std::string_view> reserved,
                      std::span<const std::string_view> passed_over, JsonWriter& json, FieldError& error) {
  const Struct* scoped = ScopedExtra(extra, api);
  if (scoped == nullptr || WriteMembers(*scoped, reserved, json, error, passed_over)) return true;
  error.In(NameOf(api));
  return error.In("extra");
}

void ScopeExtras(v1::Api api, v1::Message& message) { ScopeAll(api, message); }

void ScopeExtras(v1::Api api, v1::Delta& delta) { ScopeAll(api, delta); }

}  // namespace spillway::providers
