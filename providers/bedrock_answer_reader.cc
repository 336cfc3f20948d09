#include "providers/bedrock_answer_reader.h"

#include <optional>
#include <string>
#include <utility>

#include "providers/bedrock_usage_reader.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// {"type": TIER} and nothing else.
std::optional<std::string_view> TierOf(const json::value& tier) {
  const json::value* type = Member(tier, "type");
  if (type == nullptr || tier.get_object().size() != 1) return std::nullopt;
  return AsText(*type);
}

}  // namespace

void ReadBedrockMember(std::string_view name, const json::value& value, v1::ChatResponse& out) {
  if (name == "usage" && value.is_object()) {
    v1::Usage usage;
    ReadBedrockUsage(value.get_object(), usage);
    *out.mutable_usage() = std::move(usage);
  } else if (const auto tier = TierOf(value); name == "serviceTier" && tier) {
    out.set_service_tier(std::string(*tier));
  } else if (!value.is_null()) {
    SetMember(name, value, *out.mutable_extra());
  }
}

}  // namespace spillway::providers
