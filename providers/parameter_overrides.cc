#include "providers/parameter_overrides.h"

#include <algorithm>

#include "providers/json_document.h"
#include "providers/json_writer.h"
#include "providers/openai_request_decoder.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kExtra[] = "extra";

// Why a field is not a target's to set; null if it is.
const char* WhyReserved(std::string_view name) {
  if (name == "model") return "is not a parameter: it is the target's own `model`, beside `endpoint`";
  if (name == "messages") return "is not a parameter: what is asked is the caller's";
  if (name == "stream" || name == "stream_options") return "is not a parameter: how it answers is the call's";
  if (name == "allow_reset") return "is not a parameter: it is between the caller and this server";
  return nullptr;
}

const FieldDescriptor* FindField(const std::string& name) {
  return v1::ChatRequest::descriptor()->FindFieldByName(name);
}

bool HoldsSomething(const v1::ChatRequest& request, const FieldDescriptor* field) {
  const Reflection& reflection = *request.GetReflection();
  return field->is_repeated() ? reflection.FieldSize(request, field) > 0
                              : reflection.HasField(request, field);
}

// In a fixed order: of two faults, it is always the same that is found.
std::vector<const std::string*> SortedNames(const Struct& members) {
  std::vector<const std::string*> names;
  for (const auto& [name, value] : members.fields()) names.push_back(&name);
  std::sort(names.begin(), names.end(), [](auto* a, auto* b) { return *a < *b; });
  return names;
}

}  // namespace

std::vector<std::string> ParameterNames() {
  std::vector<std::string> names;
  const auto* type = v1::ChatRequest::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (!IsReservedParameter(type->field(i)->name())) names.push_back(type->field(i)->name());
  }
  return names;
}

bool IsReservedParameter(std::string_view name) { return WhyReserved(name) != nullptr; }

absl::StatusOr<ParameterOverrides> ParameterOverrides::Create(const Struct& parameters) {
  ParameterOverrides overrides;
  FieldError error;
  for (const std::string* name : SortedNames(parameters)) {
    if (!overrides.Add(*name, parameters.fields().at(*name), error)) return error.ToStatus();
  }
  return overrides;
}

bool ParameterOverrides::Add(const std::string& name, const Value& value, FieldError& error) {
  if (const char* why = WhyReserved(name)) return error.Set(name, why);
  if (name == kExtra) return AddExtra(value, error) || error.In(name);
  if (const FieldDescriptor* field = FindField(name)) return AddField(field, value, error) || error.In(name);
  return AddExtraMember(name, value, error) || error.In(name);
}

bool ParameterOverrides::AddField(const FieldDescriptor* field, const Value& value, FieldError& error) {
  if (!value.has_null_value()) {
    std::string text;
    JsonWriter json(text);
    if (!WriteValue(value, json, error)) return false;
    const JsonDocument document(text);
    if (!document.ok()) return error.Set("", document.problem());
    v1::ChatRequest read;
    if (!ReadOpenAiParameter(field->name(), document.root(), read, error)) return false;
    if (!HoldsSomething(read, field)) return error.Set("", "is empty; write null to have it not sent");
    values_.MergeFrom(read);
  }
  fields_.push_back(field);
  return true;
}

bool ParameterOverrides::AddExtra(const Value& value, FieldError& error) {
  if (value.has_null_value()) return drops_extra_ = true;
  if (!value.has_struct_value()) return error.Set("", "must be an object");
  const Struct& members = value.struct_value();
  if (members.fields().empty()) return error.Set("", "is empty; write null to have it not sent");
  for (const std::string* name : SortedNames(members)) {
    if (WhyReserved(*name) != nullptr || FindField(*name) != nullptr) {
      return error.Set(*name, "has a field of its own; it cannot stand under `extra`");
    }
    if (!AddExtraMember(*name, members.fields().at(*name), error)) return error.In(*name);
  }
  return true;
}

bool ParameterOverrides::AddExtraMember(const std::string& name, const Value& value, FieldError& error) {
  if (extra_.contains(name)) return error.Set("", "is given twice: by itself and under `extra`");
  extra_[name] = value;
  return true;
}

v1::ChatRequest ParameterOverrides::AppliedTo(const v1::ChatRequest& request) const {
  v1::ChatRequest applied = request;
  const Reflection& reflection = *applied.GetReflection();
  for (const FieldDescriptor* field : fields_) reflection.ClearField(&applied, field);
  applied.MergeFrom(values_);
  ApplyExtra(applied);
  return applied;
}

void ParameterOverrides::ApplyExtra(v1::ChatRequest& request) const {
  if (drops_extra_) request.clear_extra();
  for (const auto& [name, value] : extra_) {
    if (!value.has_null_value()) {
      (*request.mutable_extra()->mutable_fields())[name] = value;
    } else if (request.has_extra()) {
      request.mutable_extra()->mutable_fields()->erase(name);
    }
  }
}

}  // namespace spillway::providers
