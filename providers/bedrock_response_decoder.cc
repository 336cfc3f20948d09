#include "providers/bedrock_response_decoder.h"

#include <boost/json.hpp>
#include <string_view>
#include <utility>

#include "providers/answer_body.h"
#include "providers/bedrock_answer_reader.h"
#include "providers/bedrock_message_reader.h"
#include "providers/choice_end.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/request_id.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// What `output` holds beside the message.
void KeepOutput(const json::value& output, v1::ChatResponse& out) {
  for (const auto& member : output.get_object()) {
    if (View(member.key()) == "message") continue;
    google::protobuf::Value& kept = (*out.mutable_extra()->mutable_fields())["output"];
    SetMember(View(member.key()), member.value(), *kept.mutable_struct_value());
  }
}

}  // namespace

Decoded DecodeBedrockResponse(const HttpResponse& response, const DecodeContext& context) {
  AnswerBody answer(response, context);
  if (answer.failed()) return answer.TakeFailure();
  const json::object& body = answer.object();
  const json::value* output = body.if_contains("output");
  const json::value* message = output == nullptr ? nullptr : Member(*output, "message");
  const json::value* content = message == nullptr ? nullptr : Member(*message, "content");
  if (content == nullptr || !content->is_array()) {
    return ReportsError(body) ? ReadFailure(response, context)
                              : Unreadable(response, "the answer holds no content");
  }
  v1::ChatResponse out;
  out.set_id(ProviderRequestId(response.headers));
  v1::Choice& choice = *out.add_choices();
  ChoiceFault fault;
  const std::string seed = out.id() + response.body;
  if (!ReadBedrockMessage(message->get_object(), seed, *choice.mutable_message(), fault.problem)) {
    return FailedBy(std::move(fault), response);
  }
  std::string_view stop_reason;
  for (const auto& member : body) {
    const std::string_view name = View(member.key());
    const auto text = AsText(member.value());
    if (name == "stopReason" && text) {
      stop_reason = *text;
    } else if (name != "output") {
      ReadBedrockMember(name, member.value(), out);
    }
  }
  KeepOutput(*output, out);
  if (auto end = EndChoice(stop_reason, choice)) return FailedBy(*std::move(end), response);
  return out;
}

}  // namespace spillway::providers
