#include "tests/sim/openai_chat.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/sim/openai_completion.h"

namespace spillway::sim {
namespace json = boost::json;

std::string BearerOf(const Request& request) {
  static constexpr std::string_view kBearer = "Bearer ";
  const std::string* value = FindHeader(request.headers, "authorization");
  return value != nullptr && value->starts_with(kBearer) ? value->substr(kBearer.size()) : "";
}

std::optional<json::object> ParseChat(const std::string& body) {
  json::error_code error;
  json::parse_options options;
  // Deep enough for any tool's schema.
  options.max_depth = 256;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string ModelOf(const std::string& body) {
  const std::optional<json::object> chat = ParseChat(body);
  const json::value* model = chat ? chat->if_contains("model") : nullptr;
  return model != nullptr && model->is_string() ? std::string(model->get_string()) : "";
}

bool ModelExists(const ApiOptions& options, const std::string& model) {
  return options.models.empty() ||
         std::find(options.models.begin(), options.models.end(), model) != options.models.end();
}

json::object CompletionOf(const json::object& chat, const ApiOptions& options, std::uint64_t number,
                          const AnswerContext& context) {
  const std::string model(chat.at("model").as_string());
  const auto alias = options.aliases.find(model);
  return Complete(
      chat,
      {.personality = options.name,
       .model = alias == options.aliases.end() ? model : alias->second,
       .id = absl::StrCat("chatcmpl-", options.name, absl::StrFormat("%08d", number)),
       .created = std::chrono::duration_cast<std::chrono::seconds>(context.now.time_since_epoch()).count(),
       .tokens = context.tokens != 0 ? context.tokens : options.tokens});
}

HttpResponse JsonAnswer(const json::value& body) {
  return {200, {{"content-type", "application/json"}}, json::serialize(body)};
}

ApiAnswer StreamAnswer(Stream stream, const std::string& content_type) {
  return {{200, {{"content-type", content_type}}, ""}, std::move(stream)};
}

}  // namespace spillway::sim
