#include "tests/sim/mistral_api.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/mistral_answer.h"
#include "tests/sim/mistral_errors.h"
#include "tests/sim/mistral_stream.h"
#include "tests/sim/mistral_validation.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/plain_answer.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// One string or a list of them.
std::vector<std::string> StopsOf(const json::object& request) {
  const std::string stop = TextAt(request, "stop");
  return stop.empty() ? TextsAt(request, "stop") : std::vector<std::string>{stop};
}

class MistralApi final : public ProviderApi {
 public:
  explicit MistralApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override {
    const std::string_view path = PathOf(request.target);
    const bool known = path == "/v1/chat/completions" ||
                       std::find(options_.paths.begin(), options_.paths.end(), path) != options_.paths.end();
    return known && request.method == "POST";
  }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    if (!IsChat(request)) return WithIds(404, R"({"message":"no Route matched with those values"})");
    if (!options_.api_key.empty() && BearerOf(request) != options_.api_key)
      return WithIds(InvalidMistralKey());
    const std::optional<json::object> chat = ParseChat(request.body);
    if (!chat) return WithIds(SchemaMistake("0", "JSON decode error", "json_invalid"));
    if (const MistralVerdict mistake = FindMistralMistake(*chat)) return WithIds(*mistake);
    const std::string model = TextAt(*chat, "model");
    if (!ModelExists(options_, model)) return WithIds(InvalidMistralModel(model));
    const json::object completion =
        CompletionOf(OpenAiFormOfMistral(*chat), options_, ++completions_, context);
    const PlainAnswer plain = PlainAnswerOf(completion, StopsOf(*chat));
    const json::object body = MistralAnswer(plain, MistralThinks(*chat));
    ApiAnswer given = WithIds(200, "");
    HttpResponse& answer = given.http;
    if (IsTrue(*chat, "stream")) {
      given.stream = MistralStream(body);
      answer.headers.front().second = "text/event-stream; charset=utf-8";
    } else {
      answer.body = json::serialize(body);
    }
    answer.headers.emplace_back("x-ratelimit-limit-tokens-minute", "100000");
    answer.headers.emplace_back("x-ratelimit-remaining-tokens-minute", "93621");
    answer.headers.emplace_back("x-ratelimit-limit-req-minute", "100");
    answer.headers.emplace_back("x-ratelimit-remaining-req-minute", "98");
    return given;
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    if (step.fault == Fault::kBadGateway) return OpenAiFault(step, "", "");
    return WithIds(MistralFault(step, ModelOf(request.body)));
  }

  std::string StreamError(const Step& step, const Request& request) override {
    return SseEvent(MistralFault(AsErrorAnswer(step), ModelOf(request.body)).body);
  }

  std::string ErrorBody(int status) const override {
    return ServiceError(status, absl::StrCat("Simulated status ", status, "."), "simulated_error", "").body;
  }

 private:
  HttpResponse WithIds(const MistralError& error) { return WithIds(error.status, error.body); }

  HttpResponse WithIds(int status, std::string body) {
    const std::string id = StableUuid(absl::StrCat(options_.name, ".", ++requests_));
    return {status,
            {{"content-type", "application/json"}, {"mistral-correlation-id", id}, {"x-kong-request-id", id}},
            std::move(body)};
  }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeMistralApi(ApiOptions options) {
  return std::make_unique<MistralApi>(std::move(options));
}

}  // namespace spillway::sim
