#include "providers/anthropic_response_decoder.h"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "providers/answer_body.h"
#include "providers/anthropic_content_reader.h"
#include "providers/anthropic_usage_reader.h"
#include "providers/choice_end.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// What is known of an answer while its members are read.
struct Pending {
  const json::array* content = nullptr;
  std::string_view stop_reason;
};

// The members that are texts. False: none of those.
bool ReadText(std::string_view name, std::string_view text, Pending& pending, v1::ChatResponse& out) {
  if (name == "id") {
    out.set_id(std::string(text));
  } else if (name == "model") {
    out.set_model(std::string(text));
  } else if (name == "stop_reason") {
    pending.stop_reason = text;
  } else {
    // Always the same.
    return name == "type" || name == "role";
  }
  return true;
}

void ReadUsage(const json::object& usage, v1::ChatResponse& out) {
  ReadAnthropicUsage(usage, *out.mutable_usage());
  const json::value* tier = usage.if_contains("service_tier");
  if (tier != nullptr && tier->is_string()) out.set_service_tier(std::string(View(tier->get_string())));
}

void ReadMember(std::string_view name, const json::value& value, Pending& pending, v1::ChatResponse& out) {
  if (value.is_null()) return;
  if (name == "content" && value.is_array()) {
    pending.content = &value.get_array();
  } else if (name == "usage" && value.is_object()) {
    ReadUsage(value.get_object(), out);
  } else if (name == "stop_sequence" || name == "stop_details") {
    SetMember(name, value, *out.mutable_choices(0)->mutable_extra());
  } else if (const auto text = AsText(value); !text || !ReadText(name, *text, pending, out)) {
    SetMember(name, value, *out.mutable_extra());
  }
}

}  // namespace

Decoded DecodeAnthropicResponse(const HttpResponse& response, const DecodeContext& context) {
  AnswerBody answer(response, context);
  if (answer.failed()) return answer.TakeFailure();
  v1::ChatResponse out;
  v1::Choice& choice = *out.add_choices();
  choice.mutable_message()->set_role(v1::ROLE_ASSISTANT);
  Pending pending;
  for (const auto& member : answer.object()) ReadMember(View(member.key()), member.value(), pending, out);
  if (pending.content == nullptr) {
    return ReportsError(answer.object()) ? ReadFailure(response, context)
                                         : Unreadable(response, "the answer holds no list of content");
  }
  const std::string_view seed = out.id().empty() ? std::string_view(response.body) : out.id();
  std::string problem;
  if (!ReadAnthropicContent(*pending.content, seed, *choice.mutable_message(), problem)) {
    return Unreadable(response, problem);
  }
  if (auto fault = EndChoice(pending.stop_reason, choice)) return FailedBy(*std::move(fault), response);
  return out;
}

}  // namespace spillway::providers
