#include "tests/sim/anthropic_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/sim/anthropic_answer.h"
#include "tests/sim/anthropic_errors.h"
#include "tests/sim/anthropic_stream.h"
#include "tests/sim/anthropic_validation.h"
#include "tests/sim/json_members.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/plain_answer.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::string HeaderOf(const Request& request, std::string_view name) {
  const std::string* value = FindHeader(request.headers, name);
  return value == nullptr ? "" : *value;
}

// What 200s tell of the limits; none of them is near.
void AddLimits(std::chrono::system_clock::time_point now, HttpResponse& answer) {
  const std::string reset =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromChrono(now) + absl::Seconds(1), absl::UTCTimeZone());
  for (const auto& [what, limit] : {std::pair{"requests", 4000}, std::pair{"tokens", 4800000},
                                    std::pair{"input-tokens", 4000000}, std::pair{"output-tokens", 800000}}) {
    const std::string name = absl::StrCat("anthropic-ratelimit-", what);
    answer.headers.emplace_back(name + "-limit", absl::StrCat(limit));
    answer.headers.emplace_back(name + "-remaining", absl::StrCat(limit - 1));
    answer.headers.emplace_back(name + "-reset", reset);
  }
}

class AnthropicApi final : public ProviderApi {
 public:
  explicit AnthropicApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override { return request.method == "POST" && IsKnown(request); }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    if (std::optional<AnthropicError> error = Refusal(request)) return Refuse(*error);
    const std::optional<json::object> chat = ParseChat(request.body);
    if (!chat) return Refuse(AnthropicMistake("body", "The request body is not valid JSON"));
    if (const auto mistake = FindAnthropicMistake(*chat, HeaderOf(request, "anthropic-version")))
      return Refuse(*mistake);
    const std::string model = TextAt(*chat, "model");
    if (!ModelExists(options_, model)) return Refuse({404, "not_found_error", "model: " + model});
    const json::object completion =
        CompletionOf(OpenAiFormOfAnthropic(*chat), options_, ++completions_, context);
    const json::object message =
        AnthropicAnswer(PlainAnswerOf(completion, TextsAt(*chat, "stop_sequences")), AnthropicThinks(*chat));
    ApiAnswer answer = IsTrue(*chat, "stream")
                           ? StreamAnswer(AnthropicStream(message), "text/event-stream; charset=utf-8")
                           : JsonAnswer(message);
    AddLimits(context.now, answer.http);
    answer.http.headers.emplace_back("request-id", NewId());
    answer.http.headers.emplace_back("anthropic-organization-id", StableUuid(options_.name));
    return answer;
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    if (step.fault == Fault::kBadGateway) return OpenAiFault(step, "", "");
    HttpResponse answer = Refuse(AnthropicFault(step, ModelOf(request.body)));
    if (step.fault == Fault::kRateLimited) {
      answer.headers.emplace_back("anthropic-ratelimit-requests-limit", "50");
      answer.headers.emplace_back("anthropic-ratelimit-requests-remaining", "0");
    }
    return answer;
  }

  std::string StreamError(const Step& step, const Request& request) override {
    return SseEvent(AnthropicErrorBody(AnthropicFault(AsErrorAnswer(step), ModelOf(request.body)), ""),
                    "error");
  }

  std::string ErrorBody(int status) const override {
    return AnthropicErrorBody(PlainAnthropicError(status), "");
  }

 private:
  bool IsKnown(const Request& request) const {
    const std::string_view path = PathOf(request.target);
    return path == "/v1/messages" ||
           std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
  }

  // What is wrong before anyone looks at the body.
  std::optional<AnthropicError> Refusal(const Request& request) const {
    const std::string key = HeaderOf(request, "x-api-key");
    const std::string token = BearerOf(request);
    if (!options_.api_key.empty() && key.empty() && token.empty())
      return AnthropicError{401, "authentication_error", "x-api-key header is required"};
    if (!options_.api_key.empty() && (key.empty() ? token : key) != options_.api_key)
      return AnthropicError{401, "authentication_error",
                            key.empty() ? "Invalid bearer token" : "invalid x-api-key"};
    if (!IsKnown(request)) return AnthropicError{404, "not_found_error", "Not Found"};
    if (request.method != "POST") return AnthropicError{405, "invalid_request_error", "Method Not Allowed"};
    const std::string version = HeaderOf(request, "anthropic-version");
    if (version.empty()) return AnthropicMistake("anthropic-version", "header is required");
    if (!IsOneOf(version, {"2023-01-01", "2023-06-01", "2026-10-21"}))
      return AnthropicMistake("anthropic-version", "\"" + version + "\" is not a valid version");
    return std::nullopt;
  }

  HttpResponse Refuse(const AnthropicError& error) {
    const std::string id = NewId();
    const bool again = error.status == 429 || error.status >= 500;
    HttpResponse answer{error.status, {{"content-type", "application/json"}}, AnthropicErrorBody(error, id)};
    answer.headers.emplace_back("request-id", id);
    if (error.status != 200) answer.headers.emplace_back("x-should-retry", again ? "true" : "false");
    return answer;
  }

  std::string NewId() { return "req_01" + StableId(absl::StrCat(options_.name, ".", ++requests_), 22); }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeAnthropicApi(ApiOptions options) {
  return std::make_unique<AnthropicApi>(std::move(options));
}

}  // namespace spillway::sim
