#include "providers/bedrock_extra.h"

#include <array>
#include <string>
#include <vector>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::string_view kModelFields = "additionalModelRequestFields";

constexpr std::array<std::string_view, 5> kMerged = {kModelFields, "inferenceConfig", "outputConfig",
                                                     "requestMetadata", "toolConfig"};
constexpr std::array<std::string_view, 5> kWhole = {"additionalModelResponseFieldPaths", "guardrailConfig",
                                                    "performanceConfig", "promptVariables", "serviceTier"};
constexpr std::array<std::string_view, 4> kReserved = {"messages", "model", "modelId", "system"};

// Those of the loose members that the caller put into additionalModelRequestFields, too.
void AddShadowed(const Struct* members, const ExtraMembers& fields, std::vector<std::string_view>& out) {
  if (members == nullptr) return;
  for (const auto& member : members->fields()) {
    if (fields.Has(member.first)) out.emplace_back(member.first);
  }
}

void WriteThinking(std::int64_t budget, JsonWriter& json) {
  json.Key("thinking");
  json.BeginObject();
  json.Field("type", "enabled");
  json.Key("budget_tokens");
  json.Int(budget);
  json.EndObject();
}

}  // namespace

bool BedrockExtra::Check(FieldError& error) const {
  if (members_.empty()) return true;
  for (const std::string_view name : kReserved) {
    if (!members_.Has(name)) continue;
    error.Set(name, "has a field of its own");
    return error.In("extra");
  }
  for (const std::string_view name : kMerged) {
    const Value* value = members_.Find(name);
    if (value == nullptr || value->has_struct_value()) continue;
    error.Set(name, "must be an object");
    return error.In("extra");
  }
  return true;
}

bool BedrockExtra::HasThinking() const { return Has("thinking") || In(kModelFields).Has("thinking"); }

bool BedrockExtra::WriteOwn(JsonWriter& json, FieldError& error) const {
  if (members_.empty()) return true;
  for (const std::string_view name : kWhole) {
    const Value* value = members_.Find(name);
    if (value == nullptr) continue;
    json.Key(name);
    if (!WriteValue(*value, json, error)) {
      error.In(name);
      return error.In("extra");
    }
  }
  return true;
}

bool BedrockExtra::WriteModelFields(std::int64_t thinking_budget, JsonWriter& json, FieldError& error) const {
  std::string text;
  JsonWriter fields(text);
  fields.BeginObject();
  if (thinking_budget > 0) WriteThinking(thinking_budget, fields);
  if (!members_.empty()) {
    const ExtraMembers own = In(kModelFields);
    std::vector<std::string_view> done(kMerged.begin(), kMerged.end());
    done.insert(done.end(), kWhole.begin(), kWhole.end());
    AddShadowed(&request_.extra(), own, done);
    AddShadowed(ScopedExtra(request_.extra(), v1::API_BEDROCK), own, done);
    if (!own.Write({}, {}, fields, error) || !members_.Write({}, done, fields, error)) return false;
  }
  fields.EndObject();
  if (text == "{}") return true;
  json.Key(kModelFields);
  json.Raw(text);
  return true;
}

}  // namespace spillway::providers
