#include "tests/sim/azure_openai_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "tests/sim/azure_content_filter.h"
#include "tests/sim/azure_openai_errors.h"
#include "tests/sim/azure_url.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/openai_stream.h"
#include "tests/sim/openai_validation.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The key of an api-key or an Authorization: Bearer header; who sends both is known by the first.
std::string KeyOf(const Request& request) {
  const std::string* key = FindHeader(request.headers, "api-key");
  return key == nullptr ? BearerOf(request) : *key;
}

// Whether a header can hold it.
bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); });
}

class AzureOpenAiApi final : public ProviderApi {
 public:
  explicit AzureOpenAiApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override { return !UrlProblem(request); }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    if (!options_.api_key.empty() && KeyOf(request) != options_.api_key) {
      return FromTheGateway(WrongSubscriptionKey());
    }
    if (auto problem = UrlProblem(request)) return FromTheGateway(*std::move(problem));
    const std::string deployment = DeploymentOf(request);
    if (!deployment.empty() && !ModelExists(options_, deployment))
      return FromTheGateway(DeploymentNotFound());
    ApiAnswer answer = Chat(request, deployment, context);
    answer.http = FromTheModel(std::move(answer.http), deployment);
    return answer;
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    const std::string deployment = DeploymentOf(request);
    HttpResponse answer = AzureFault(step, deployment);
    switch (step.fault) {
      case Fault::kBadGateway:
        return answer;
      case Fault::kModelNotFound:
      case Fault::kInvalidKey:
      case Fault::kPermission:
        return FromTheGateway(std::move(answer));
      default:
        return FromTheModel(std::move(answer), deployment);
    }
  }

  std::string StreamError(const Step& step, const Request& request) override {
    return SseEvent(AzureFault(AsErrorAnswer(step), DeploymentOf(request)).body);
  }

  std::string ErrorBody(int status) const override {
    return AzureErrorBody(std::to_string(status), "Simulated status " + std::to_string(status) + ".");
  }

 private:
  // What is wrong with method, path or api-version; nothing: it is a chat call.
  std::optional<HttpResponse> UrlProblem(const Request& request) const {
    const AzureUrl url = ReadAzureUrl(request.target);
    const bool known =
        url.form != AzureForm::kOther ||
        std::find(options_.paths.begin(), options_.paths.end(), url.path) != options_.paths.end();
    if (request.method != "POST" || !known) return ResourceNotFound();
    if (HasVersion(url)) return std::nullopt;
    return url.form == AzureForm::kV1 ? UnsupportedApiVersion() : ResourceNotFound();
  }

  // The one in the URL, or else in the body; "" if there is none.
  static std::string DeploymentOf(const Request& request) {
    const AzureUrl url = ReadAzureUrl(request.target);
    return url.form == AzureForm::kDeployment ? url.deployment : ModelOf(request.body);
  }

  ApiAnswer Chat(const Request& request, const std::string& deployment, const AnswerContext& context) {
    std::optional<json::object> chat = ParseChat(request.body);
    if (!chat) return OpenAiErrorAnswer(NoJson());
    // Whatever the body says of the model, the URL decides.
    if (ReadAzureUrl(request.target).form == AzureForm::kDeployment) (*chat)["model"] = deployment;
    if (const std::optional<OpenAiError> mistake = FindMistake(*chat)) return OpenAiErrorAnswer(*mistake);
    json::object completion = CompletionOf(*chat, options_, ++completions_, context);
    completion.erase("service_tier");
    AddContentFilterResults(completion);
    return OpenAiAnswer(*chat, completion);
  }

  std::string NewId() { return absl::StrFormat("5b111a3a-0000-4000-8000-%012x", ++ids_); }

  // An answer that was given before any model saw the request.
  HttpResponse FromTheGateway(HttpResponse answer) {
    answer.headers.emplace_back("apim-request-id", NewId());
    return answer;
  }

  HttpResponse FromTheModel(HttpResponse answer, const std::string& deployment) {
    const bool throttled = answer.status == 429;
    answer = FromTheGateway(std::move(answer));
    answer.headers.emplace_back("x-request-id", NewId());
    answer.headers.emplace_back("x-ms-region", "Simulated Central");
    if (IsPrintable(deployment)) answer.headers.emplace_back("x-ms-deployment-name", deployment);
    answer.headers.emplace_back("x-accel-buffering", "no");
    answer.headers.emplace_back("x-ratelimit-limit-requests", "500");
    answer.headers.emplace_back("x-ratelimit-limit-tokens", "50000");
    answer.headers.emplace_back("x-ratelimit-remaining-requests", "499");
    answer.headers.emplace_back("x-ratelimit-remaining-tokens", throttled ? "0" : "49980");
    // Seconds or milliseconds: nobody knows.
    if (throttled) answer.headers.emplace_back("x-ratelimit-reset-tokens", "1");
    if (answer.status == 200) answer.headers.emplace_back("x-ms-rai-invoked", "true");
    return answer;
  }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeAzureOpenAiApi(ApiOptions options) {
  return std::make_unique<AzureOpenAiApi>(std::move(options));
}

}  // namespace spillway::sim
