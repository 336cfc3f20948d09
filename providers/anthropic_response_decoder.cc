#include "providers/anthropic_response_decoder.h"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "providers/answer_body.h"
#include "providers/anthropic_content_reader.h"
#include "providers/anthropic_member_reader.h"
#include "providers/choice_end.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// What is known of an answer while its members are read.
struct Pending {
  const json::array* content = nullptr;
  std::string_view stop_reason;
};

void ReadMember(std::string_view name, const json::value& value, Pending& pending, v1::ChatResponse& out) {
  if (name == "content" && value.is_array()) {
    pending.content = &value.get_array();
  } else if (name == "usage" && value.is_object()) {
    ReadAnthropicUsageMember(value.get_object(), out);
  } else if (name == "stop_reason" && value.is_string()) {
    pending.stop_reason = View(value.get_string());
  } else {
    ReadAnthropicMember(name, value, out);
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
