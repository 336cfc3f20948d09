#include "providers/bedrock_tool_writer.h"

#include <set>
#include <string_view>

#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kTools = "tools";
constexpr std::string_view kChoice = "toolChoice";
constexpr std::string_view kNoArguments = R"({"type":"object","properties":{}})";

// Of all tools called in the conversation.
std::set<std::string_view> NamesCalled(const v1::ChatRequest& request) {
  std::set<std::string_view> names;
  for (const v1::Message& message : request.messages()) {
    for (const v1::ToolCall& call : message.tool_calls()) {
      if (!call.function().name().empty()) names.insert(call.function().name());
    }
  }
  return names;
}

bool IsNone(const v1::ToolChoice& choice) { return choice.mode() == "none"; }

class ToolWriter {
 public:
  ToolWriter(const v1::ChatRequest& request, const ExtraMembers& extra, BedrockWriting& writing)
      : request_(request),
        extra_(extra),
        writing_(writing),
        json_(writing.json),
        error_(writing.error),
        called_(NamesCalled(request)) {}

  bool Write() {
    const bool forbidden = IsNone(request_.tool_choice()) && called_.empty();
    const bool given = request_.tools_size() > 0 && !forbidden;
    if (!given && called_.empty() && extra_.empty()) return true;
    json_.Key("toolConfig");
    json_.BeginObject();
    if (!extra_.Has(kTools) && !(given ? Tools() : Names())) return false;
    if (given && !extra_.Has(kChoice) && !Choice()) return error_.In("tool_choice");
    if (!extra_.Write({}, {}, json_, error_)) return false;
    json_.EndObject();
    return true;
  }

 private:
  bool Tools() {
    json_.Key(kTools);
    json_.BeginArray();
    for (int i = 0; i < request_.tools_size(); ++i) {
      const v1::Tool& tool = request_.tools(i);
      if (!Tool(tool)) return error_.In("tools", static_cast<std::size_t>(i));
      if (!WriteBedrockCachePoint(tool.extra(), writing_)) {
        WriteBedrockCachePoint(tool.function().extra(), writing_);
      }
    }
    json_.EndArray();
    return true;
  }

  bool Tool(const v1::Tool& tool) {
    if (tool.has_custom() || tool.type() == "custom") {
      return error_.Unsupported("custom", "is a kind of tool that Bedrock does not know");
    }
    const v1::FunctionDefinition& function = tool.function();
    if (function.name().empty()) return error_.Set("function.name", "is not set");
    BeginSpec(function.name());
    if (!function.description().empty()) json_.Field("description", function.description());
    // False is what happens without it.
    if (function.strict()) {
      json_.Key("strict");
      json_.Bool(true);
    }
    BeginSchema();
    if (!function.has_parameters()) {
      json_.Raw(kNoArguments);
    } else if (!WriteStruct(function.parameters(), json_, error_)) {
      return error_.In("function.parameters");
    }
    EndSpec();
    return true;
  }

  // Of tools that the caller did not describe.
  bool Names() {
    if (called_.empty()) return true;
    json_.Key(kTools);
    json_.BeginArray();
    for (const std::string_view name : called_) {
      BeginSpec(name);
      BeginSchema();
      json_.Raw(R"({"type":"object"})");
      EndSpec();
    }
    json_.EndArray();
    return true;
  }

  void BeginSpec(std::string_view name) {
    json_.BeginObject();
    json_.Key("toolSpec");
    json_.BeginObject();
    json_.Field("name", name);
  }
  void BeginSchema() {
    json_.Key("inputSchema");
    json_.BeginObject();
    json_.Key("json");
  }
  void EndSpec() {
    json_.EndObject();
    json_.EndObject();
    json_.EndObject();
  }

  bool Choice() {
    const v1::ToolChoice& choice = request_.tool_choice();
    switch (choice.choice_case()) {
      case v1::ToolChoice::kMode:
        return Mode(choice.mode());
      case v1::ToolChoice::kFunction:
        WriteChoice("tool", choice.function());
        return true;
      case v1::ToolChoice::kOther:
        return error_.Unsupported("", "is of a kind that Bedrock does not know");
      default:
        return !request_.has_tool_choice() || error_.Set("", "has no choice");
    }
  }

  bool Mode(std::string_view mode) {
    writing_.dropped.AddIf(mode == "none", "tool_choice");
    if (mode == "required") WriteChoice("any", {});
    return mode == "none" || mode == "auto" || mode == "required" ||
           error_.Set("mode", "is none of none, auto and required");
  }

  void WriteChoice(std::string_view kind, std::string_view name) {
    json_.Key(kChoice);
    json_.BeginObject();
    json_.Key(kind);
    json_.BeginObject();
    if (!name.empty()) json_.Field("name", name);
    json_.EndObject();
    json_.EndObject();
  }

  const v1::ChatRequest& request_;
  const ExtraMembers& extra_;
  BedrockWriting& writing_;
  JsonWriter& json_;
  FieldError& error_;
  const std::set<std::string_view> called_;
};

}  // namespace

bool ForcesToolCall(const v1::ChatRequest& request) {
  return request.tools_size() > 0 &&
         (request.tool_choice().mode() == "required" || request.tool_choice().has_function());
}

bool WriteBedrockTools(const v1::ChatRequest& request, const ExtraMembers& extra, BedrockWriting& writing) {
  return ToolWriter(request, extra, writing).Write();
}

}  // namespace spillway::providers
