#include "tests/sim/bedrock_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/aws_signature.h"
#include "tests/sim/bedrock_answer.h"
#include "tests/sim/bedrock_errors.h"
#include "tests/sim/bedrock_frame.h"
#include "tests/sim/bedrock_stream.h"
#include "tests/sim/bedrock_url.h"
#include "tests/sim/bedrock_validation.h"
#include "tests/sim/echo.h"
#include "tests/sim/json_members.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/plain_answer.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::vector<std::string> StopsOf(const json::object& request) {
  const json::object* inference = ObjectAt(request, "inferenceConfig");
  return inference == nullptr ? std::vector<std::string>() : TextsAt(*inference, "stopSequences");
}

class BedrockApi final : public ProviderApi {
 public:
  explicit BedrockApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override {
    return request.method == "POST" && !ReadBedrockUrl(request.target).model.empty();
  }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    if (!options_.api_key.empty()) {
      if (const auto refusal = FindRefusal(request, context.now))
        return WithId(BedrockErrorAnswer({403, refusal->type, refusal->message}));
    }
    if (!IsChat(request))
      return WithId(BedrockErrorAnswer({404, "UnknownOperationException", "There is no such operation."}));
    const BedrockUrl url = ReadBedrockUrl(request.target);
    return WithId(Converse(request, url, context));
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    if (step.fault == Fault::kBadGateway) return OpenAiFault(step, "", "");
    if (step.fault == Fault::kContentFilter)
      return WithId(InForm(BedrockIntervention(), ReadBedrockUrl(request.target)));
    return WithId(BedrockErrorAnswer(BedrockFault(step, ReadBedrockUrl(request.target).model)));
  }

  std::string StreamError(const Step& step, const Request& request) override {
    if (step.error_class == Fault::kContentFilter) return BedrockStreamIntervention();
    return BedrockStreamError(BedrockFault(AsErrorAnswer(step), ReadBedrockUrl(request.target).model));
  }

  std::string BreakUtf8(std::string_view event) const override {
    std::string payload(BedrockPayloadOf(event));
    InsertInvalidUtf8(payload);
    return event.empty() ? "" : WithBedrockPayload(event, payload);
  }

  std::string TellInEvent(std::string_view event, std::string_view text) const override {
    std::string payload(BedrockPayloadOf(event));
    TellInError(text, payload);
    return event.empty() ? "" : WithBedrockPayload(event, payload);
  }

  std::string ErrorBody(int status) const override {
    return BedrockErrorBody(absl::StrCat("Simulated status ", status, "."));
  }

 private:
  std::optional<AwsRefusal> FindRefusal(const Request& request,
                                        std::chrono::system_clock::time_point now) const {
    const std::string* authorization = FindHeader(request.headers, "authorization");
    if (authorization == nullptr)
      return AwsRefusal{"MissingAuthenticationTokenException", "Missing Authentication Token"};
    const std::optional<AwsCredentials> credentials = AwsCredentialsOf(options_.api_key);
    if (credentials && !authorization->starts_with("Bearer "))
      return FindAwsRefusal(request, *credentials, "bedrock", now);
    if (!credentials && BearerOf(request) == options_.api_key) return std::nullopt;
    return AwsRefusal{"UnrecognizedClientException",
                      "The security token included in the request is invalid."};
  }

  ApiAnswer Converse(const Request& request, const BedrockUrl& url, const AnswerContext& context) {
    const std::string& model = url.model;
    const std::optional<json::object> call = ParseChat(request.body);
    if (!call) return BedrockErrorAnswer({400, "SerializationException", "The body is not valid JSON."});
    if (!ModelExists(options_, model))
      return BedrockErrorAnswer(BedrockMistake("The provided model identifier is invalid."));
    if (const BedrockVerdict mistake = FindBedrockMistake(*call)) return BedrockErrorAnswer(*mistake);
    const json::object completion =
        CompletionOf(OpenAiFormOfBedrock(*call, model), options_, ++completions_, context);
    return InForm(BedrockAnswer(PlainAnswerOf(completion, StopsOf(*call)), BedrockThinks(*call)), url);
  }

  // In the form its URL asks for.
  static ApiAnswer InForm(const json::object& answer, const BedrockUrl& url) {
    if (!url.stream) return JsonAnswer(answer);
    return StreamAnswer(BedrockStream(answer), "application/vnd.amazon.eventstream");
  }

  ApiAnswer WithId(ApiAnswer answer) {
    answer.http.headers.emplace_back("x-amzn-requestid",
                                     StableUuid(absl::StrCat(options_.name, ".", ++requests_)));
    return answer;
  }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeBedrockApi(ApiOptions options) {
  return std::make_unique<BedrockApi>(std::move(options));
}

}  // namespace spillway::sim
