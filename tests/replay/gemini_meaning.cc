#include "tests/replay/gemini_meaning.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

#include "providers/json_document.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::View;

constexpr std::string_view kCallers[] = {
    "args",           "response",           "parameters", "parametersJsonSchema",
    "responseSchema", "responseJsonSchema", "labels"};

constexpr char kUncheckedSignature[] = "skip_thought_signature_validator";

std::string CamelCase(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joint = name[i] == '_' && !out.empty() && i + 1 < name.size();
    out += joint ? static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i]))) : name[i];
  }
  return out;
}

bool IsNothing(const json::value& value) {
  return value.is_null() || value == json::value("") || (value.is_array() && value.get_array().empty());
}

json::value WithoutNothing(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& element : value.get_array()) out.push_back(WithoutNothing(element));
    return out;
  }
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_object()) return json::value(value, json::storage_ptr());
  json::object out;
  for (const auto& member : value.get_object()) {
    if (!IsNothing(member.value())) out[member.key()] = WithoutNothing(member.value());
  }
  return out;
}

void PutSystemInOrder(json::object& body) {
  json::value* system = body.if_contains("systemInstruction");
  if (system == nullptr || !system->is_object()) return;
  json::object& content = system->get_object();
  content.erase("role");
  json::value* parts = content.if_contains("parts");
  if (parts != nullptr && parts->is_object()) *parts = json::array{*parts};
  if (parts == nullptr || parts->get_array() == json::array{json::object()}) body.erase("systemInstruction");
}

void PutPartInOrder(json::object& part) {
  if (const json::value* thought = part.if_contains("thought");
      thought != nullptr && *thought == json::value(false)) {
    part.erase("thought");
  }
  if (part.contains("thoughtSignature") && part.at("thoughtSignature") == kUncheckedSignature) {
    part.erase("thoughtSignature");
  }
  json::value* file = part.if_contains("fileData");
  if (file == nullptr || !file->is_object()) return;
  const std::string_view uri = View(file->at("fileUri").as_string());
  if (uri.starts_with("https://generativelanguage.googleapis.com/")) file->get_object().erase("mimeType");
}

json::array InTurns(json::array& contents) {
  json::array out;
  for (auto& element : contents) {
    json::object& content = element.as_object();
    const bool model = content.contains("role") && content["role"] == "model";
    content["role"] = model ? "model" : "user";
    json::array& parts =
        content["parts"].is_array() ? content["parts"].get_array() : content["parts"].emplace_array();
    for (auto& part : parts) PutPartInOrder(part.as_object());
    if (!out.empty() && out.back().at("role") == content["role"]) {
      json::array& last = out.back().at("parts").as_array();
      last.insert(last.end(), parts.begin(), parts.end());
    } else {
      out.push_back(content);
    }
  }
  return out;
}

}  // namespace

json::value InCamelCase(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& element : value.get_array()) out.push_back(InCamelCase(element));
    return out;
  }
  if (!value.is_object()) return json::value(value, json::storage_ptr());
  json::object out;
  for (const auto& member : value.get_object()) {
    const std::string name = CamelCase(View(member.key()));
    const bool callers = std::find(std::begin(kCallers), std::end(kCallers), name) != std::end(kCallers);
    out[name] = callers ? json::value(member.value(), json::storage_ptr()) : InCamelCase(member.value());
  }
  return out;
}

json::value GeminiMeaning(std::string_view text) {
  const providers::JsonDocument document(text);
  json::value value = WithoutNothing(InCamelCase(document.root()));
  json::object& body = value.as_object();
  PutSystemInOrder(body);
  if (json::value* contents = body.if_contains("contents")) *contents = InTurns(contents->as_array());
  if (json::value* config = body.if_contains("generationConfig")) {
    json::object& members = config->as_object();
    if (members.contains("candidateCount") && members["candidateCount"] == json::value(1.0)) {
      members.erase("candidateCount");
    }
    if (members.empty()) body.erase("generationConfig");
  }
  return value;
}

}  // namespace spillway::replay
