#include "providers/bedrock_output_writer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

// The limits of requestMetadata in Bedrock's API reference.
constexpr std::size_t kMostEntries = 16;
constexpr std::size_t kLongestText = 256;

bool IsMetadataText(std::string_view text) {
  return text.size() <= kLongestText && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return absl::ascii_isalnum(byte) || absl::ascii_isspace(byte) ||
                  std::string_view(":_@$#=/+,-.").find(c) != std::string_view::npos;
         });
}

bool IsMetadata(const std::string& name, const std::string& value) {
  return !name.empty() && IsMetadataText(name) && IsMetadataText(value);
}

bool WriteTextFormat(const v1::JsonSchema& schema, JsonWriter& json, FieldError& error) {
  std::string text;
  JsonWriter schema_json(text);
  if (!schema.has_schema()) {
    schema_json.Raw(R"({"type":"object"})");
  } else if (!WriteStruct(schema.schema(), schema_json, error)) {
    return error.In("response_format.json_schema.schema");
  }
  json.Key("textFormat");
  json.BeginObject();
  json.Field("type", "json_schema");
  json.Key("structure");
  json.BeginObject();
  json.Key("jsonSchema");
  json.BeginObject();
  if (!schema.name().empty()) json.Field("name", schema.name());
  if (!schema.description().empty()) json.Field("description", schema.description());
  json.Field("schema", text);
  json.EndObject();
  json.EndObject();
  json.EndObject();
  return true;
}

}  // namespace

std::string_view BedrockInstruction(const v1::ChatRequest& request) {
  return request.response_format().type() == "json_object" ? "Answer with one JSON object and nothing else."
                                                           : std::string_view();
}

bool WriteBedrockOutputConfig(const v1::ChatRequest& request, const ExtraMembers& extra, JsonWriter& json,
                              FieldError& error) {
  const v1::ResponseFormat& format = request.response_format();
  const bool schema = format.type() == "json_schema";
  if (request.has_response_format() && !schema && format.type() != "text" && format.type() != "json_object") {
    return format.type().empty() ? error.Set("response_format.type", "is not set")
                                 : error.Unsupported("response_format.type", "is no word that Bedrock knows");
  }
  if (!schema && extra.empty()) return true;
  json.Key("outputConfig");
  json.BeginObject();
  if (schema && !extra.Has("textFormat") && !WriteTextFormat(format.json_schema(), json, error)) return false;
  if (!extra.Write({}, {}, json, error)) return false;
  json.EndObject();
  return true;
}

void WriteBedrockServiceTier(const v1::ChatRequest& request, JsonWriter& json, DroppedFields& dropped) {
  const std::string& tier = request.service_tier();
  // What happens without one.
  if (tier.empty() || tier == "auto" || tier == "default") return;
  if (tier != "flex" && tier != "priority" && tier != "reserved") return dropped.Add("service_tier");
  json.Key("serviceTier");
  json.BeginObject();
  json.Field("type", tier);
  json.EndObject();
}

bool WriteBedrockMetadata(const v1::ChatRequest& request, const ExtraMembers& extra,
                          BedrockWriting& writing) {
  // By name, so that the same request makes the same bytes.
  std::map<std::string_view, std::string_view> entries;
  for (const auto& [name, value] : request.metadata()) {
    if (IsMetadata(name, value) && !extra.Has(name)) entries.emplace(name, value);
  }
  while (entries.size() > kMostEntries) entries.erase(std::prev(entries.end()));
  const bool all = std::all_of(request.metadata().begin(), request.metadata().end(), [&](const auto& entry) {
    return entries.contains(entry.first) || extra.Has(entry.first);
  });
  writing.dropped.AddIf(!all, "metadata");
  if (entries.empty() && extra.empty()) return true;
  writing.json.Key("requestMetadata");
  writing.json.BeginObject();
  for (const auto& [name, value] : entries) writing.json.Field(name, value);
  if (!extra.Write({}, {}, writing.json, writing.error)) return false;
  writing.json.EndObject();
  return true;
}

}  // namespace spillway::providers
