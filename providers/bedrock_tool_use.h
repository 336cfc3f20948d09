// The toolUse blocks of Bedrock's Converse, whole or as a stream begins them -> ToolCall or ToolCallDelta.
// Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_TOOL_USE_H_
#define SPILLWAY_PROVIDERS_BEDROCK_TOOL_USE_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"

namespace spillway::providers {

// Whether the caller is to run the tool, not Bedrock itself.
inline bool IsForCaller(const boost::json::value& use) {
  const boost::json::value* type = Member(use, "type");
  return use.is_object() && (type == nullptr || AsText(*type) != "server_tool_use");
}

// All but the input. A call without an id gets one made of `seed`, which is the answer's own, and `place`,
// which is the call's, from 1. False: it names no function.
template <typename Call>
[[nodiscard]] bool ReadBedrockToolUse(const boost::json::object& use, std::string_view seed, int place,
                                      Call& out) {
  out.set_type("function");
  for (const auto& member : use) {
    const std::string_view name = View(member.key());
    const auto text = AsText(member.value());
    if (name == "toolUseId" && text) {
      out.set_id(std::string(*text));
    } else if (name == "name" && text) {
      out.mutable_function()->set_name(std::string(*text));
    } else if (name != "input" && !member.value().is_null()) {
      SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_BEDROCK));
    }
  }
  if (out.id().empty()) out.set_id(MadeUpCallId(seed, static_cast<std::uint64_t>(place)));
  return !out.function().name().empty();
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_TOOL_USE_H_
