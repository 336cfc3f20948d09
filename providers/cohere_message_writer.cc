#include "providers/cohere_message_writer.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/api_name.h"
#include "providers/cohere_dialect.h"
#include "providers/scoped_extra.h"
#include "providers/tool_call_ids.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

using Messages = google::protobuf::RepeatedPtrField<v1::Message>;
using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> kFields = {"role",      "content",   "tool_calls",
                                                     "tool_plan", "citations", "tool_call_id"};
constexpr std::array<std::string_view, 2> kResultFields = {"role", "tool_call_id"};

bool IsSystem(const PlacedMessage& placed) {
  return placed.message->role() == v1::ROLE_SYSTEM || placed.message->role() == v1::ROLE_DEVELOPER;
}

bool GivesContent(const v1::Message& message) {
  const auto* scoped = ScopedExtra(message.extra(), kCohere.api);
  return scoped != nullptr && scoped->fields().contains("content");
}

class Writer {
 public:
  Writer(JsonWriter& json, FieldError& error, DroppedFields& dropped)
      : json_(json), error_(error), dropped_(dropped) {}

  bool Write(const v1::Message& message, bool as_user) {
    if (message.has_content() && message.parts_size() > 0) {
      return error_.Set("content", "and parts exclude each other");
    }
    dropped_.AddIf(!message.name().empty() && message.role() != v1::ROLE_TOOL, "messages.name");
    json_.BeginObject();
    if (!Role(message, as_user) || !Extra(message)) return false;
    json_.EndObject();
    return true;
  }

 private:
  bool Role(const v1::Message& message, bool as_user) {
    switch (message.role()) {
      case v1::ROLE_SYSTEM:
      case v1::ROLE_DEVELOPER:
        json_.Field("role", as_user ? "user" : "system");
        return TextContent(message);
      case v1::ROLE_USER:
        json_.Field("role", "user");
        return Content(message);
      case v1::ROLE_ASSISTANT:
        json_.Field("role", "assistant");
        return message.tool_calls_size() > 0 ? Calls(message) : TextContent(message);
      case v1::ROLE_TOOL:
        json_.Field("role", "tool");
        json_.Field("tool_call_id", ids_.ForResult(message.tool_call_id()));
        return GivesContent(message) || TextContent(message);
      default:
        return error_.Set("role", "is not set");
    }
  }

  bool Content(const v1::Message& message) {
    if (message.parts_size() == 0) {
      json_.Field("content", message.content());
      return true;
    }
    json_.Key("content");
    json_.BeginArray();
    for (int i = 0; i < message.parts_size(); ++i) {
      if (!WritePlainPart(message.parts(i), kCohere, json_, error_)) return error_.In("parts", i);
    }
    json_.EndArray();
    return true;
  }

  // All the text there is, and nothing else may be there.
  bool TextContent(const v1::Message& message) {
    if (!CheckOnlyText(message, kCohere, error_)) return false;
    json_.Field("content", SpokenText(message));
    return true;
  }

  bool Calls(const v1::Message& message) {
    if (!CheckOnlyText(message, kCohere, error_)) return false;
    const std::string plan = SpokenText(message);
    if (!plan.empty()) json_.Field("tool_plan", plan);
    json_.Key("tool_calls");
    json_.BeginArray();
    for (int i = 0; i < message.tool_calls_size(); ++i) {
      const v1::ToolCall& call = message.tool_calls(i);
      if (!WritePlainCall(call, ids_.ForCall(call.id()), kCohere, json_, error_)) {
        return error_.In("tool_calls", i);
      }
    }
    json_.EndArray();
    return true;
  }

  // Of an assistant these are what an answer of Cohere's brought along: the fields say the same.
  bool Extra(const v1::Message& message) {
    const bool came_back = message.role() == v1::ROLE_ASSISTANT;
    const Names own = message.role() == v1::ROLE_TOOL ? Names(kResultFields) : Names(kFields);
    return WriteScopedExtra(message.extra(), kCohere.api, came_back ? Names() : own,
                            came_back ? own : Names(), json_, error_);
  }

  JsonWriter& json_;
  FieldError& error_;
  DroppedFields& dropped_;
  // The default form: letters, digits, `_` and `-`, as its own ids are.
  ToolCallIds ids_{ToolCallIdForm{}};
};

}  // namespace

bool WriteCohereMessages(const Messages& messages, JsonWriter& json, FieldError& error,
                         DroppedFields& dropped) {
  std::vector<PlacedMessage> said;
  for (int i = 0; i < messages.size(); ++i) {
    if (!IsSilent(messages.Get(i))) said.push_back({&messages.Get(i), i});
  }
  if (said.empty()) return error.Set("messages", "say nothing");
  const bool only_system = std::all_of(said.begin(), said.end(), IsSystem);
  Writer writer(json, error, dropped);
  json.BeginArray();
  for (const PlacedMessage& placed : said) {
    const bool as_user = only_system && &placed == &said.back();
    if (!writer.Write(*placed.message, as_user)) return error.In("messages", placed.index);
  }
  json.EndArray();
  return true;
}

}  // namespace spillway::providers
