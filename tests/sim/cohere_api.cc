#include "tests/sim/cohere_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/cohere_answer.h"
#include "tests/sim/cohere_errors.h"
#include "tests/sim/cohere_stream.h"
#include "tests/sim/cohere_validation.h"
#include "tests/sim/json_members.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/plain_answer.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

class CohereApi final : public ProviderApi {
 public:
  explicit CohereApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override { return request.method == "POST" && IsKnown(request); }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    const std::string key = BearerOf(request);
    if (!options_.api_key.empty() && key != options_.api_key)
      return Refuse(key.empty() ? CohereError{401, "no api key supplied", ""} : WrongCohereKey());
    if (!IsKnown(request)) return Refuse({404, "page not found", ""});
    if (request.method != "POST") return Refuse({405, "method not allowed", ""});
    const std::optional<json::object> chat = ParseChat(request.body);
    if (!chat) return Refuse(CohereMistake("the body is not valid JSON"));
    if (const CohereVerdict mistake = FindCohereMistake(*chat)) return Refuse(*mistake);
    const std::string model = TextAt(*chat, "model");
    if (!ModelExists(options_, model)) return Refuse(CohereModelNotFound(model));
    const json::object completion =
        CompletionOf(OpenAiFormOfCohere(*chat), options_, ++completions_, context);
    const json::object body =
        CohereAnswer(PlainAnswerOf(completion, TextsAt(*chat, "stop_sequences")), CohereThinks(*chat));
    ApiAnswer given =
        IsTrue(*chat, "stream") ? StreamAnswer(CohereStream(body), "text/event-stream") : JsonAnswer(body);
    HttpResponse& answer = given.http;
    answer.headers.emplace_back("x-endpoint-monthly-call-limit", "1000");
    answer.headers.emplace_back("x-trial-endpoint-call-limit", "40");
    answer.headers.emplace_back("x-trial-endpoint-call-remaining", "38");
    return given;
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    if (step.fault == Fault::kBadGateway) return OpenAiFault(step, "", "");
    if (step.fault == Fault::kErrorIn200) return JsonAnswer(CohereBrokenAnswer(NewId()));
    return Refuse(CohereFault(step, ModelOf(request.body)));
  }

  std::string StreamError(const Step& step, const Request& request) override {
    return CohereStreamError(CohereFault(AsErrorAnswer(step), ModelOf(request.body)));
  }

  std::string ErrorBody(int status) const override {
    return CohereErrorBody({status, absl::StrCat("Simulated status ", status, "."), ""},
                           StableUuid(options_.name));
  }

 private:
  bool IsKnown(const Request& request) const {
    const std::string_view path = PathOf(request.target);
    return path == "/v2/chat" ||
           std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
  }

  HttpResponse Refuse(const CohereError& error) {
    return {error.status, {{"content-type", "application/json"}}, CohereErrorBody(error, NewId())};
  }

  std::string NewId() { return StableUuid(absl::StrCat(options_.name, ".", ++ids_)); }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeCohereApi(ApiOptions options) {
  return std::make_unique<CohereApi>(std::move(options));
}

}  // namespace spillway::sim
