#include "providers/cohere_logprobs_reader.h"

#include <string>

#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {

namespace json = boost::json;

void ReadCohereLogprobs(const json::array& chunks, v1::Logprobs& out) {
  for (const auto& chunk : chunks) {
    const json::value* text = Member(chunk, "text");
    const json::value* list = Member(chunk, "logprobs");
    if (text == nullptr || !text->is_string() || list == nullptr || !list->is_array()) continue;
    v1::TokenLogprob& token = *out.add_content();
    token.set_token(std::string(View(text->get_string())));
    double sum = 0;
    for (const auto& number : list->get_array()) sum += AsDouble(number).value_or(0);
    token.set_logprob(sum);
  }
  SetMember("chunks", chunks, *out.mutable_extra());
}

}  // namespace spillway::providers
