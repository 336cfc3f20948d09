#include "providers/anthropic_member_reader.h"

#include <string>

#include "providers/anthropic_usage_reader.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// The members that are texts. False: none of those.
bool ReadText(std::string_view name, std::string_view text, v1::ChatResponse& out) {
  if (name == "id") {
    out.set_id(std::string(text));
  } else if (name == "model") {
    out.set_model(std::string(text));
  } else {
    // Always the same.
    return name == "type" || name == "role";
  }
  return true;
}

}  // namespace

void ReadAnthropicMember(std::string_view name, const json::value& value, v1::ChatResponse& out) {
  if (value.is_null()) return;
  if (name == "stop_sequence" || name == "stop_details") {
    SetMember(name, value, *out.mutable_choices(0)->mutable_extra());
  } else if (const auto text = AsText(value); !text || !ReadText(name, *text, out)) {
    SetMember(name, value, *out.mutable_extra());
  }
}

void ReadAnthropicUsageMember(const json::object& usage, v1::ChatResponse& out) {
  out.clear_usage();
  ReadAnthropicUsage(usage, *out.mutable_usage());
  const json::value* tier = usage.if_contains("service_tier");
  if (tier != nullptr && tier->is_string()) out.set_service_tier(std::string(View(tier->get_string())));
}

}  // namespace spillway::providers
