#include "tests/sim/openai_completion.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/openai_tools.h"
#include "tests/sim/schema_sample.h"
#include "tests/sim/stream.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::size_t kLongestEcho = 400;

std::string TextOf(const json::object& message) {
  const json::value* content = message.if_contains("content");
  if (content == nullptr) return "";
  if (content->is_string()) return std::string(content->get_string());
  std::string text;
  if (!content->is_array()) return text;
  for (const json::value& part : content->get_array()) {
    const json::value* piece = part.is_object() ? part.get_object().if_contains("text") : nullptr;
    if (piece != nullptr && piece->is_string()) text += std::string(piece->get_string());
  }
  return text;
}

// At most `bytes` of it, whole characters.
std::string Shortened(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
  return text;
}

std::int64_t PromptTokens(const json::object& request) {
  std::int64_t tokens = 3;
  for (const json::value& message : request.at("messages").as_array()) {
    tokens += 4 + CountTokens(TextOf(message.as_object()));
  }
  if (const json::value* tools = request.if_contains("tools"); tools != nullptr && tools->is_array()) {
    tokens += CountTokens(json::serialize(*tools));
  }
  return tokens;
}

// "w1 w2 … wN".
std::string Generated(std::size_t words) {
  std::string text;
  text.reserve(words * 8);
  for (std::size_t i = 1; i <= words; ++i) absl::StrAppend(&text, i == 1 ? "w" : " w", i);
  return text;
}

std::string Answer(const json::object& request, const CompletionContext& context) {
  const std::string asked = LastText(request, "user");
  const json::value* format = request.if_contains("response_format");
  const json::value type =
      format != nullptr && format->is_object() ? format->at("type") : json::value("text");
  if (type == "json_schema") {
    const json::value* schema = format->at("json_schema").as_object().if_contains("schema");
    return json::serialize(schema == nullptr ? json::value(json::object()) : SampleOf(*schema));
  }
  const std::string text = context.tokens > 0 ? Generated(context.tokens)
                           : asked == "Say this is a test!"
                               ? "This is a test!"
                               : context.personality + " heard: " + Shortened(asked, kLongestEcho);
  return type == "json_object" ? json::serialize(json::object{{"answer", text}}) : text;
}

std::optional<std::int64_t> TokenLimit(const json::object& request) {
  for (const char* key : {"max_completion_tokens", "max_tokens"}) {
    const json::value* limit = request.if_contains(key);
    if (limit != nullptr && limit->is_int64()) return limit->get_int64();
  }
  return std::nullopt;
}

json::object TokenLogprob(std::string_view token) {
  json::array bytes;
  for (const char c : token) bytes.push_back(static_cast<unsigned char>(c));
  return {{"token", json::string_view(token.data(), token.size())},
          {"logprob", -0.125},
          {"bytes", std::move(bytes)}};
}

json::value Logprobs(const json::object& request, std::string_view text) {
  const json::value* wanted = request.if_contains("logprobs");
  if (wanted == nullptr || *wanted != true) return nullptr;
  const json::value* top = request.if_contains("top_logprobs");
  json::array content;
  for (const std::string_view piece : WordsOf(text)) {
    json::object entry = TokenLogprob(piece);
    json::array alternatives;
    if (top != nullptr && top->is_int64() && top->get_int64() > 0) alternatives.push_back(entry);
    entry["top_logprobs"] = std::move(alternatives);
    content.push_back(std::move(entry));
  }
  return json::object{{"content", std::move(content)}, {"refusal", nullptr}};
}

struct Written {
  json::object choice;
  std::int64_t tokens = 0;
};

// What is left of a text for whose tokens there is a limit.
std::string Limited(std::string text, std::size_t limit, bool is_generated) {
  if (!is_generated) return Shortened(std::move(text), limit * 4);
  return Generated(limit);
}

Written TextChoice(const json::object& request, std::string text, std::size_t generated) {
  const std::optional<std::int64_t> limit = TokenLimit(request);
  std::int64_t tokens = generated > 0 ? static_cast<std::int64_t>(generated) : CountTokens(text);
  const bool too_long = limit && tokens > *limit;
  if (too_long) {
    text = Limited(std::move(text), static_cast<std::size_t>(*limit), generated > 0);
    tokens = generated > 0 ? *limit : CountTokens(text);
  }
  json::object message{
      {"role", "assistant"}, {"content", text}, {"refusal", nullptr}, {"annotations", json::array()}};
  json::object choice{{"message", std::move(message)},
                      {"logprobs", Logprobs(request, text)},
                      {"finish_reason", too_long ? "length" : "stop"}};
  return {std::move(choice), tokens};
}

Written ToolChoice(const ToolDecision& decision, const std::string& id_base) {
  json::array calls = decision.calls;
  std::size_t number = 0;
  for (json::value& call : calls) call.as_object()["id"] = "call_" + id_base + std::to_string(number++);
  const std::int64_t tokens = CountTokens(json::serialize(calls)) / 2;
  json::object message{{"role", "assistant"},
                       {"content", nullptr},
                       {"tool_calls", std::move(calls)},
                       {"refusal", nullptr},
                       {"annotations", json::array()}};
  return {{{"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", decision.finish_reason}},
          tokens};
}

json::object Usage(std::int64_t prompt, std::int64_t completion) {
  return {{"prompt_tokens", prompt},
          {"completion_tokens", completion},
          {"total_tokens", prompt + completion},
          {"prompt_tokens_details", {{"cached_tokens", 0}, {"audio_tokens", 0}}},
          {"completion_tokens_details",
           {{"reasoning_tokens", 0},
            {"audio_tokens", 0},
            {"accepted_prediction_tokens", 0},
            {"rejected_prediction_tokens", 0}}}};
}

json::value ServiceTier(const json::object& request) {
  const json::value* tier = request.if_contains("service_tier");
  const bool named = tier != nullptr && tier->is_string() && tier->get_string() != "auto";
  return named ? *tier : json::value("default");
}

}  // namespace

std::string LastText(const json::object& request, const char* role) {
  const json::array& messages = request.at("messages").as_array();
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    if (it->as_object().at("role") == json::string_view(role)) return TextOf(it->as_object());
  }
  return "";
}

std::int64_t CountTokens(std::string_view text) { return static_cast<std::int64_t>((text.size() + 3) / 4); }

json::object Complete(const json::object& request, const CompletionContext& context) {
  const ToolDecision decision = DecideTools(request);
  const std::string text = decision.calls.empty() ? Answer(request, context) : "";
  const json::value* n = request.if_contains("n");
  const std::int64_t wanted = n != nullptr && n->is_int64() ? n->get_int64() : 1;
  // A text in a form asked for is not made of words.
  const std::size_t generated = text.starts_with("w1") ? context.tokens : 0;
  json::array choices;
  std::int64_t tokens = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const std::string id_base = context.id.substr(context.id.find('-') + 1) + std::to_string(i);
    Written written =
        decision.calls.empty() ? TextChoice(request, text, generated) : ToolChoice(decision, id_base);
    written.choice["index"] = i;
    tokens += written.tokens;
    choices.push_back(std::move(written.choice));
  }
  return {{"id", context.id},
          {"object", "chat.completion"},
          {"created", context.created},
          {"model", context.model},
          {"choices", std::move(choices)},
          {"usage", Usage(PromptTokens(request), tokens)},
          {"service_tier", ServiceTier(request)},
          {"system_fingerprint", "fp_spillwaysim"}};
}

}  // namespace spillway::sim
