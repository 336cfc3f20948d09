// Contents and their parts, each on its own.
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/sim/gemini_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 5> kData = {"text", "inlineData", "fileData", "functionCall",
                                                   "functionResponse"};

GeminiVerdict CheckCall(const json::object& call, const std::string& where) {
  if (const auto unknown = UnknownMember(call, {"name", "args", "id"}))
    return UnknownGeminiName(*unknown, where + ".function_call");
  if (TextAt(call, "name").empty())
    return GeminiMistake("* " + where + ".function_call.name: Name cannot be empty.");
  const json::value* args = Present(call, "args");
  if (args == nullptr || args->is_object()) return std::nullopt;
  return GeminiMistake("Invalid value at '" + where +
                       ".function_call.args' (type.googleapis.com/google.protobuf.Struct)");
}

GeminiVerdict CheckResponse(const json::object& response, const std::string& where) {
  if (const auto unknown = UnknownMember(response, {"name", "response", "id", "parts", "willContinue"}))
    return UnknownGeminiName(*unknown, where + ".function_response");
  if (TextAt(response, "name").empty())
    return GeminiMistake("* " + where + ".function_response.name: Name cannot be empty.");
  if (ObjectAt(response, "response") != nullptr) return std::nullopt;
  return GeminiMistake("Invalid value at '" + where +
                       ".function_response.response' (type.googleapis.com/google.protobuf.Struct)");
}

GeminiVerdict CheckMedia(const json::object& part, const std::string& where) {
  if (const json::object* data = ObjectAt(part, "inlineData")) {
    if (const auto unknown = UnknownMember(*data, {"mimeType", "data", "displayName"}))
      return UnknownGeminiName(*unknown, where + ".inline_data");
    if (TextAt(*data, "mimeType").empty() || TextAt(*data, "data").empty())
      return GeminiMistake("* " + where + ".inline_data: mime_type and data must be set.");
  }
  const json::object* file = ObjectAt(part, "fileData");
  if (file == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*file, {"mimeType", "fileUri", "displayName"}))
    return UnknownGeminiName(*unknown, where + ".file_data");
  if (TextAt(*file, "fileUri").empty())
    return GeminiMistake("* " + where + ".file_data.file_uri: must be set.");
  return std::nullopt;
}

GeminiVerdict CheckPart(const json::value& value, bool users, const std::string& where) {
  const json::object* part = value.if_object();
  if (part == nullptr) return GeminiMistake("Invalid value at '" + where + "' (Part)");
  if (const auto unknown =
          UnknownMember(*part, {"text", "inlineData", "fileData", "functionCall", "functionResponse",
                                "thought", "thoughtSignature", "videoMetadata", "mediaResolution"}))
    return UnknownGeminiName(*unknown, where);
  int set = 0;
  for (const std::string_view name : kData) set += Present(*part, name) != nullptr ? 1 : 0;
  if (set != 1)
    return GeminiMistake("* " + where + ".data: required oneof field 'data' must have one initialized field");
  const json::value* text = Present(*part, "text");
  if (text != nullptr && !text->is_string())
    return GeminiMistake("Invalid value at '" + where + ".text' (TYPE_STRING)");
  const json::object* call = ObjectAt(*part, "functionCall");
  const json::object* response = ObjectAt(*part, "functionResponse");
  if (call != nullptr && users)
    return GeminiMistake("Please ensure that function calls are in turns of role model: " + where);
  if (response != nullptr && !users)
    return GeminiMistake("Please ensure that function responses are in turns of role user: " + where);
  if (call != nullptr) return CheckCall(*call, where);
  if (response != nullptr) return CheckResponse(*response, where);
  return CheckMedia(*part, where);
}

}  // namespace

GeminiVerdict CheckGeminiContents(const json::object& request) {
  const json::array* contents = ArrayAt(request, "contents");
  if (contents == nullptr || contents->empty())
    return GeminiMistake("* GenerateContentRequest.contents: contents is not specified");
  for (std::size_t i = 0; i < contents->size(); ++i) {
    const std::string where = absl::StrCat("contents[", i, "]");
    const json::object* content = (*contents)[i].if_object();
    if (content == nullptr) return GeminiMistake("Invalid value at '" + where + "' (Content)");
    if (const auto unknown = UnknownMember(*content, {"role", "parts"}))
      return UnknownGeminiName(*unknown, where);
    const std::string role = TextAt(*content, "role");
    if (!IsOneOf(role, {"", "user", "model"})) return GeminiMistake("Please use a valid role: user, model.");
    const json::array* parts = ArrayAt(*content, "parts");
    if (parts == nullptr || parts->empty())
      return GeminiMistake("* GenerateContentRequest." + where + ".parts: contents.parts must not be empty.");
    for (std::size_t j = 0; j < parts->size(); ++j) {
      if (GeminiVerdict mistake =
              CheckPart((*parts)[j], role != "model", absl::StrCat(where, ".parts[", j, "]")))
        return mistake;
    }
  }
  return std::nullopt;
}

}  // namespace spillway::sim
