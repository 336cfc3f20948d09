#include "providers/openai_choice_reader.h"

#include <limits>
#include <string_view>

#include "providers/json_document.h"
#include "providers/openai_logprobs_reader.h"
#include "providers/openai_message_reader.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// What is known of a choice while its members are read.
struct Pending {
  const json::value* message = nullptr;
  std::string_view finish_reason;
};

// False: no such field, or not of its type.
bool ReadMember(std::string_view name, const json::value& value, Pending& pending, v1::Choice& out) {
  if (name == "message" && value.is_object()) {
    pending.message = &value;
    return true;
  }
  if (name == "finish_reason" && value.is_string()) {
    pending.finish_reason = View(value.get_string());
    return true;
  }
  if (name == "index") {
    const auto index = AsWhole(value);
    if (!index || *index < 0 || *index > std::numeric_limits<std::int32_t>::max()) return value.is_null();
    out.set_index(static_cast<std::int32_t>(*index));
    return true;
  }
  if (name == "logprobs" && value.is_object()) {
    ReadOpenAiLogprobs(value.get_object(), *out.mutable_logprobs());
    return true;
  }
  return value.is_null() && (name == "message" || name == "finish_reason" || name == "logprobs");
}

}  // namespace

std::optional<ChoiceFault> ReadOpenAiChoice(const json::object& choice, int position, v1::Choice& out) {
  Pending pending;
  out.set_index(position);
  for (const auto& member : choice) {
    const std::string_view name = View(member.key());
    if (ReadMember(name, member.value(), pending, out)) continue;
    SetMember(name, member.value(), *out.mutable_extra());
  }
  out.mutable_message()->set_role(v1::ROLE_ASSISTANT);
  ChoiceFault fault;
  if (pending.message != nullptr) {
    const json::object& message = pending.message->get_object();
    if (!ReadOpenAiMessage(message, *out.mutable_message(), fault.problem)) return fault;
  }
  auto finish_fault = EndChoice(pending.finish_reason, out);
  if (finish_fault || pending.message != nullptr || out.finish_reason() == "content_filter")
    return finish_fault;
  fault.problem = "a choice holds no message";
  return fault;
}

}  // namespace spillway::providers
