#include "tests/sim/openai_api.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/openai_stream.h"
#include "tests/sim/openai_validation.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::int64_t kOwnedSince = 1715367049;

// The last part of "/v1/models/gpt-4o"; nothing for other paths.
std::optional<std::string_view> ModelInPath(std::string_view path) {
  const std::size_t at = path.rfind("/models/");
  if (at == std::string_view::npos) return std::nullopt;
  return path.substr(at + 8);
}

class OpenAiApi final : public ProviderApi {
 public:
  explicit OpenAiApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override {
    const std::string_view path = PathOf(request.target);
    const bool known = path.ends_with("/completions") ||
                       std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
    return known && request.method == "POST";
  }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    ApiAnswer answer = Authorized(request, context);
    AddHeaders(answer.http);
    return answer;
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    HttpResponse answer = OpenAiFault(step, ModelOf(request.body), BearerOf(request));
    if (step.fault != Fault::kBadGateway) AddHeaders(answer);
    if (step.fault == Fault::kRateLimited && !step.retry_after.empty()) ExhaustLimits(step, answer);
    return answer;
  }

  std::string StreamError(const Step& step, const Request& request) override {
    return OpenAiStreamError(step, ModelOf(request.body), BearerOf(request));
  }

  std::string ErrorBody(int status) const override { return OpenAiErrorBody(PlainError(status)); }

 private:
  ApiAnswer Authorized(const Request& request, const AnswerContext& context) {
    const std::string key = BearerOf(request);
    if (!options_.api_key.empty() && key != options_.api_key) {
      return OpenAiErrorAnswer(key.empty() ? NoKey() : WrongKey(key));
    }
    if (IsChat(request)) return Chat(request, context);
    const std::string_view path = PathOf(request.target);
    if (request.method == "GET" && path.ends_with("/models")) return Models();
    const std::optional<std::string_view> model = ModelInPath(path);
    if (request.method == "GET" && model) return Model(std::string(*model));
    if (path.ends_with("/completions")) {
      return OpenAiErrorAnswer(
          {405, "Only POST requests are accepted.", "invalid_request_error", "", "method_not_supported"});
    }
    return OpenAiErrorAnswer(NoSuchUrl(request.method, path));
  }

  ApiAnswer Chat(const Request& request, const AnswerContext& context) {
    const std::optional<json::object> chat = ParseChat(request.body);
    if (!chat) return OpenAiErrorAnswer(NoJson());
    if (const std::optional<OpenAiError> mistake = FindMistake(*chat)) return OpenAiErrorAnswer(*mistake);
    const std::string model(chat->at("model").as_string());
    if (!ModelExists(options_, model)) return OpenAiErrorAnswer(ModelNotFound(model));
    return OpenAiAnswer(*chat, CompletionOf(*chat, options_, ++completions_, context));
  }

  static json::object ModelObject(const std::string& model) {
    return {{"id", model}, {"object", "model"}, {"created", kOwnedSince}, {"owned_by", "system"}};
  }

  HttpResponse Models() const {
    json::array data;
    for (const std::string& model : options_.models) data.push_back(ModelObject(model));
    return JsonAnswer(json::object{{"object", "list"}, {"data", std::move(data)}});
  }

  HttpResponse Model(const std::string& model) const {
    return ModelExists(options_, model) ? JsonAnswer(ModelObject(model))
                                        : OpenAiErrorAnswer(ModelNotFound(model));
  }

  void AddHeaders(HttpResponse& answer) {
    answer.headers.emplace_back("x-request-id", absl::StrCat("req_", absl::StrFormat("%032x", ++requests_)));
    answer.headers.emplace_back("openai-processing-ms", "1");
    answer.headers.emplace_back("openai-version", "2020-10-01");
    if (answer.status != 200) return;
    answer.headers.emplace_back("openai-organization", "spillway-sim");
    answer.headers.emplace_back("x-ratelimit-limit-requests", "500");
    answer.headers.emplace_back("x-ratelimit-limit-tokens", "30000");
    answer.headers.emplace_back("x-ratelimit-remaining-requests", "499");
    answer.headers.emplace_back("x-ratelimit-remaining-tokens", "29980");
    answer.headers.emplace_back("x-ratelimit-reset-requests", "120ms");
    answer.headers.emplace_back("x-ratelimit-reset-tokens", "40ms");
  }

  // Only when a time is known: real 429s come without these headers too.
  static void ExhaustLimits(const Step& step, HttpResponse& answer) {
    if (step.retry_after.find_first_not_of("0123456789.") != std::string::npos) return;
    answer.headers.emplace_back("x-ratelimit-limit-requests", "500");
    answer.headers.emplace_back("x-ratelimit-remaining-requests", "0");
    answer.headers.emplace_back("x-ratelimit-reset-requests", step.retry_after + "s");
  }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeOpenAiApi(ApiOptions options) {
  return std::make_unique<OpenAiApi>(std::move(options));
}

}  // namespace spillway::sim
