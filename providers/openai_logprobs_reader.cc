#include "providers/openai_logprobs_reader.h"

#include <string>
#include <string_view>

#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using Tokens = google::protobuf::RepeatedPtrField<v1::TokenLogprob>;

bool ReadTokens(const json::array& list, Tokens& out);

bool ReadBytes(const json::value& value, v1::TokenLogprob& out) {
  if (value.is_null()) return true;
  const json::array* list = value.if_array();
  if (list == nullptr) return false;
  std::string bytes;
  bytes.reserve(list->size());
  for (const auto& element : *list) {
    const auto number = AsWhole(element);
    if (!number || *number < 0 || *number > 255) return false;
    bytes += static_cast<char>(*number);
  }
  out.set_bytes(std::move(bytes));
  return true;
}

bool ReadMember(std::string_view name, const json::value& value, v1::TokenLogprob& out) {
  if (name == "token" && value.is_string()) {
    out.set_token(std::string(View(value.get_string())));
    return true;
  }
  if (name == "logprob" && value.is_number()) {
    out.set_logprob(*AsDouble(value));
    return true;
  }
  if (name == "bytes") return ReadBytes(value, out);
  if (name != "top_logprobs") return false;
  return value.is_null() || (value.is_array() && ReadTokens(value.get_array(), *out.mutable_top_logprobs()));
}

// True when `out` says all that `list` said.
bool ReadTokens(const json::array& list, Tokens& out) {
  bool complete = true;
  out.Reserve(static_cast<int>(list.size()));
  for (const auto& element : list) {
    v1::TokenLogprob& token = *out.Add();
    const json::object* object = element.if_object();
    complete = complete && object != nullptr;
    if (object == nullptr) continue;
    for (const auto& member : *object) {
      complete = ReadMember(View(member.key()), member.value(), token) && complete;
    }
  }
  return complete;
}

}  // namespace

void ReadOpenAiLogprobs(const json::object& logprobs, v1::Logprobs& out) {
  for (const auto& member : logprobs) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    const bool content = name == "content";
    if (content || name == "refusal") {
      if (value.is_null()) continue;
      Tokens& tokens = content ? *out.mutable_content() : *out.mutable_refusal();
      if (value.is_array() && ReadTokens(value.get_array(), tokens)) continue;
    }
    SetMember(name, value, *out.mutable_extra());
  }
}

}  // namespace spillway::providers
