#include "providers/cohere_response_decoder.h"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "providers/answer_body.h"
#include "providers/choice_end.h"
#include "providers/cohere_logprobs_reader.h"
#include "providers/cohere_message_reader.h"
#include "providers/cohere_usage_reader.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// The members of the answer but for its message. False: no such field, or not of its type.
bool ReadMember(std::string_view name, const json::value& value, v1::ChatResponse& out) {
  if (name == "id" && value.is_string()) {
    out.set_id(std::string(View(value.get_string())));
  } else if (name == "usage" && value.is_object()) {
    ReadCohereUsage(value.get_object(), *out.mutable_usage());
  } else if (name == "logprobs" && value.is_array()) {
    ReadCohereLogprobs(value.get_array(), *out.mutable_choices(0)->mutable_logprobs());
  } else {
    return name == "message" || (name == "finish_reason" && value.is_string()) || value.is_null();
  }
  return true;
}

std::string_view TextAt(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or("");
}

}  // namespace

Decoded DecodeCohereResponse(const HttpResponse& response, const DecodeContext& context) {
  AnswerBody answer(response, context);
  if (answer.failed()) return answer.TakeFailure();
  const json::object& body = answer.object();
  const json::value* message = body.if_contains("message");
  if (message == nullptr || !message->is_object()) {
    return ReportsError(body) ? ReadFailure(response, context)
                              : Unreadable(response, "the answer holds no message");
  }
  v1::ChatResponse out;
  v1::Choice& choice = *out.add_choices();
  std::string problem;
  if (!ReadCohereMessage(message->get_object(), TextAt(body, "id"), *choice.mutable_message(), problem)) {
    return Unreadable(response, problem);
  }
  for (const auto& member : body) {
    const std::string_view name = View(member.key());
    if (!ReadMember(name, member.value(), out)) SetMember(name, member.value(), *out.mutable_extra());
  }
  if (auto fault = EndChoice(TextAt(body, "finish_reason"), choice))
    return FailedBy(*std::move(fault), response);
  return out;
}

}  // namespace spillway::providers
