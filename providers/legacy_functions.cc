#include "providers/legacy_functions.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace spillway::providers {
namespace {

bool IsLegacy(const v1::Message& message) {
  return message.role() == v1::ROLE_FUNCTION || message.has_function_call();
}

}  // namespace

std::optional<v1::ChatRequest> WithoutLegacyFunctions(const v1::ChatRequest& request) {
  if (std::none_of(request.messages().begin(), request.messages().end(), IsLegacy)) return std::nullopt;
  v1::ChatRequest out = request;
  absl::flat_hash_map<std::string, std::string> ids;
  for (int i = 0; i < out.messages_size(); ++i) {
    v1::Message& message = *out.mutable_messages(i);
    if (message.has_function_call()) {
      v1::ToolCall& call = *message.add_tool_calls();
      call.set_id(absl::StrCat("function_call_", i));
      ids[message.function_call().name()] = call.id();
      *call.mutable_function() = message.function_call();
      message.clear_function_call();
    }
    if (message.role() == v1::ROLE_FUNCTION) {
      message.set_role(v1::ROLE_TOOL);
      const auto id = ids.find(message.name());
      message.set_tool_call_id(id == ids.end() ? absl::StrCat("function_call_", i) : id->second);
    }
  }
  return out;
}

}  // namespace spillway::providers
