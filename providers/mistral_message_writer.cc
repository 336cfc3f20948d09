#include "providers/mistral_message_writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "providers/mistral_dialect.h"
#include "providers/mistral_part_writer.h"
#include "providers/scoped_extra.h"
#include "providers/tool_call_ids.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

using Messages = google::protobuf::RepeatedPtrField<v1::Message>;

constexpr ToolCallIdForm kIdForm = {9, 9, ""};
constexpr std::array<std::string_view, 6> kFields = {"role",         "content", "tool_calls",
                                                     "tool_call_id", "name",    "prefix"};

bool IsSystem(const v1::Message& message) {
  return message.role() == v1::ROLE_SYSTEM || message.role() == v1::ROLE_DEVELOPER;
}

std::vector<PlacedMessage> InMistralsOrder(const Messages& messages) {
  std::vector<PlacedMessage> out;
  std::vector<PlacedMessage> to_front;
  for (int i = 0; i < messages.size(); ++i) {
    const PlacedMessage placed{&messages.Get(i), i};
    if (IsSilent(*placed.message)) continue;
    const v1::Role previous = out.empty() ? v1::ROLE_SYSTEM : out.back().message->role();
    const bool misplaced = previous == v1::ROLE_ASSISTANT || previous == v1::ROLE_TOOL;
    (IsSystem(*placed.message) && misplaced ? to_front : out).push_back(placed);
  }
  const auto first_other = std::find_if(
      out.begin(), out.end(), [](const PlacedMessage& placed) { return !IsSystem(*placed.message); });
  out.insert(first_other, to_front.begin(), to_front.end());
  return out;
}

// What Mistral takes for the name of a function.
bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

class Writer {
 public:
  Writer(JsonWriter& json, FieldError& error, DroppedFields& dropped)
      : json_(json), error_(error), dropped_(dropped) {}

  bool Write(const v1::Message& message, bool last) {
    if (message.has_content() && message.parts_size() > 0) {
      return error_.Set("content", "and parts exclude each other");
    }
    json_.BeginObject();
    if (!Role(message, last)) return false;
    const bool came_back = message.role() == v1::ROLE_ASSISTANT;
    const std::span<const std::string_view> fields(kFields);
    const std::span<const std::string_view> none;
    if (!WriteScopedExtra(message.extra(), kMistral.api, came_back ? none : fields, came_back ? fields : none,
                          json_, error_)) {
      return false;
    }
    json_.EndObject();
    return true;
  }

  void WriteBridge() {
    json_.BeginObject();
    json_.Field("role", "assistant");
    json_.Field("content", "OK.");
    json_.EndObject();
  }

 private:
  bool Role(const v1::Message& message, bool last) {
    if (message.role() != v1::ROLE_TOOL) dropped_.AddIf(!message.name().empty(), "messages.name");
    switch (message.role()) {
      case v1::ROLE_SYSTEM:
      case v1::ROLE_DEVELOPER:
        json_.Field("role", "system");
        return Content(message, false);
      case v1::ROLE_USER:
        json_.Field("role", "user");
        return Content(message, true);
      case v1::ROLE_ASSISTANT:
        return Assistant(message, last);
      case v1::ROLE_TOOL:
        return Result(message);
      default:
        return error_.Set("role", "is not set");
    }
  }

  // Text, or a list of parts; only users may show more than text.
  bool Content(const v1::Message& message, bool of_user) {
    if (!of_user && !CheckOnlyText(message, kMistral, error_)) return false;
    if (message.parts_size() == 0) {
      json_.Field("content", message.content());
      return true;
    }
    json_.Key("content");
    json_.BeginArray();
    for (int i = 0; i < message.parts_size(); ++i) {
      if (!WriteMistralPart(message.parts(i), json_, error_)) return error_.In("parts", i);
    }
    json_.EndArray();
    return true;
  }

  bool Assistant(const v1::Message& message, bool last) {
    json_.Field("role", "assistant");
    if (!CheckOnlyText(message, kMistral, error_)) return false;
    json_.Field("content", SpokenText(message));
    if (message.tool_calls_size() > 0) return Calls(message);
    if (last) {
      json_.Key("prefix");
      json_.Bool(true);
    }
    return true;
  }

  bool Calls(const v1::Message& message) {
    json_.Key("tool_calls");
    json_.BeginArray();
    for (int i = 0; i < message.tool_calls_size(); ++i) {
      const v1::ToolCall& call = message.tool_calls(i);
      names_[call.id()] = call.function().name();
      if (!WritePlainCall(call, ids_.ForCall(call.id()), kMistral, json_, error_)) {
        return error_.In("tool_calls", i);
      }
    }
    json_.EndArray();
    return true;
  }

  bool Result(const v1::Message& message) {
    json_.Field("role", "tool");
    if (!Content(message, false)) return false;
    const auto called = names_.find(message.tool_call_id());
    const std::string_view name = called == names_.end() ? std::string_view(message.name()) : called->second;
    if (IsName(name)) json_.Field("name", name);
    json_.Field("tool_call_id", ids_.ForResult(message.tool_call_id()));
    return true;
  }

  JsonWriter& json_;
  FieldError& error_;
  DroppedFields& dropped_;
  ToolCallIds ids_{kIdForm};
  // The function that the latest call with an id called.
  absl::flat_hash_map<std::string_view, std::string_view> names_;
};

}  // namespace

bool WriteMistralMessages(const Messages& messages, JsonWriter& json, FieldError& error,
                          DroppedFields& dropped) {
  const std::vector<PlacedMessage> ordered = InMistralsOrder(messages);
  if (ordered.empty()) return error.Set("messages", "say nothing");
  Writer writer(json, error, dropped);
  v1::Role previous = v1::ROLE_UNSPECIFIED;
  json.BeginArray();
  for (const PlacedMessage& placed : ordered) {
    const v1::Message& message = *placed.message;
    if (previous == v1::ROLE_TOOL && message.role() == v1::ROLE_USER) writer.WriteBridge();
    previous = message.role();
    if (!writer.Write(message, &placed == &ordered.back())) return error.In("messages", placed.index);
  }
  json.EndArray();
  return true;
}

}  // namespace spillway::providers
