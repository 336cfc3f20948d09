#include "providers/answer_body.h"

#include "providers/failed_response.h"

namespace spillway::providers {

namespace json = boost::json;

AnswerBody::AnswerBody(const HttpResponse& response, const DecodeContext& context) {
  if (response.status < 200 || response.status > 299) {
    failure_ = ReadFailure(response, context);
    return;
  }
  document_.emplace(response.body, kMaxAnswerDepth);
  const json::value* root = &document_->root();
  // Google wraps an error in a list of one, sometimes.
  const bool in_list = root->is_array() && root->get_array().size() == 1;
  const json::object* object = in_list ? root->get_array()[0].if_object() : root->if_object();
  if (!document_->ok()) {
    failure_ = UnreadableJson(response, *document_);
  } else if (object != nullptr && HasError(*object)) {
    failure_ = ReadFailure(response, context);
  } else if (!root->is_object()) {
    failure_ = Unreadable(response, "the answer is no JSON object");
  }
}

bool HasError(const json::object& object) {
  const json::value* error = object.if_contains("error");
  if (error == nullptr || error->is_null()) return false;
  if (const auto text = AsText(*error)) return !text->empty();
  if (const auto* members = error->if_object()) return !members->empty();
  return !error->is_bool() || error->get_bool();
}

}  // namespace spillway::providers
