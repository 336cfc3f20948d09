#include "providers/cohere_message_reader.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "providers/content_parts.h"
#include "providers/json_document.h"
#include "providers/openai_call_reader.h"
#include "providers/scoped_extra.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

bool ReadContent(const json::value& content, v1::Message& out) {
  if (content.is_null()) return true;
  if (const auto text = AsText(content)) {
    out.set_content(std::string(*text));
    return true;
  }
  if (!content.is_array()) return false;
  FlatContent flat = FlattenParts(content.get_array());
  if (!flat.text.empty()) out.set_content(std::move(flat.text));
  if (!flat.thinking.empty()) out.set_reasoning_content(std::move(flat.thinking));
  if (!flat.complete) SetMember("content", content, *out.mutable_extra());
  return true;
}

bool ReadCalls(const json::array& calls, std::string_view answer_id, v1::Message& out) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].is_object()) return false;
    v1::ToolCall& call = *out.add_tool_calls();
    ReadOpenAiToolCall(calls[i].get_object(), call);
    if (call.function().name().empty()) return false;
    if (call.id().empty()) call.set_id(MadeUpCallId(answer_id, i));
  }
  return true;
}

void ReadPlan(const json::value& plan, v1::Message& out) {
  const auto text = AsText(plan);
  if (plan.is_null() || text == "") return;
  if (text && out.content().empty()) {
    out.set_content(std::string(*text));
  } else {
    SetMember("tool_plan", plan, *out.mutable_extra());
  }
}

// Whether a member without a field says anything.
bool SaysSomething(const json::value& value) {
  return !value.is_null() && !(value.is_array() && value.get_array().empty());
}

}  // namespace

bool ReadCohereMessage(const json::object& message, std::string_view answer_id, v1::Message& out,
                       std::string& problem) {
  out.set_role(v1::ROLE_ASSISTANT);
  const json::value* plan = nullptr;
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    if (name == "role" && value == "assistant") continue;
    if (name == "content" && !ReadContent(value, out)) {
      problem = "the message's content is neither text nor a list";
      return false;
    }
    if (name == "content") continue;
    if (name == "tool_plan") {
      plan = &value;
    } else if (name == "tool_calls" && value.is_array()) {
      if (ReadCalls(value.get_array(), answer_id, out)) continue;
      problem = "a tool call has no name";
      return false;
    } else if (SaysSomething(value)) {
      SetMember(name, value, *out.mutable_extra());
    }
  }
  if (plan != nullptr) ReadPlan(*plan, out);
  ScopeExtras(v1::API_COHERE, out);
  return true;
}

}  // namespace spillway::providers
