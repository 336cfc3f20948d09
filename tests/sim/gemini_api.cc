#include "tests/sim/gemini_api.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/gemini_answer.h"
#include "tests/sim/gemini_errors.h"
#include "tests/sim/gemini_signature.h"
#include "tests/sim/gemini_stream.h"
#include "tests/sim/gemini_url.h"
#include "tests/sim/gemini_validation.h"
#include "tests/sim/json_members.h"
#include "tests/sim/openai_chat.h"
#include "tests/sim/openai_errors.h"
#include "tests/sim/plain_answer.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

GeminiStyle StyleOf(const json::object& call, const std::string& model) {
  const json::object* config = ObjectAt(call, "generationConfig");
  const json::object* thinking = config == nullptr ? nullptr : ObjectAt(*config, "thinkingConfig");
  const json::value* shown = thinking == nullptr ? nullptr : Present(*thinking, "includeThoughts");
  return {.signs = GeminiSigns(model), .shows_thoughts = shown != nullptr && *shown == true};
}

constexpr char kJson[] = "application/json; charset=UTF-8";

GeminiStreamForm StreamFormOf(const Request& request) {
  return QueryValue(request.target, "alt") == "sse" ? GeminiStreamForm::kSse : GeminiStreamForm::kArray;
}

// The answer in the form its URL asks for.
ApiAnswer InForm(const json::object& body, const Request& request) {
  if (!ReadGeminiUrl(request.target).stream) {
    HttpResponse answer = JsonAnswer(body);
    answer.headers = {{"content-type", kJson}};
    return answer;
  }
  const GeminiStreamForm form = StreamFormOf(request);
  return StreamAnswer(GeminiStream(body, form), form == GeminiStreamForm::kSse ? "text/event-stream" : kJson);
}

class GeminiApi final : public ProviderApi {
 public:
  explicit GeminiApi(ApiOptions options) : options_(std::move(options)) {}

  bool IsChat(const Request& request) const override {
    return request.method == "POST" && ReadGeminiUrl(request.target).form != GeminiForm::kOther;
  }

  ApiAnswer Respond(const Request& request, const AnswerContext& context) override {
    // An unknown path is a web page's 404.
    if (!IsChat(request))
      return HttpResponse{
          404, {{"content-type", "text/html; charset=UTF-8"}}, "<!DOCTYPE html>\n<title>Error 404</title>"};
    const GeminiUrl url = ReadGeminiUrl(request.target);
    if (const auto error = KeyProblem(request, url.form)) return GeminiErrorAnswer(*error);
    if (!ModelExists(options_, url.model)) return GeminiErrorAnswer(GeminiModelNotFound(url.model));
    const std::optional<json::object> body = ParseChat(request.body);
    if (!body) return GeminiErrorAnswer(GeminiMistake("Invalid JSON payload received."));
    const json::object call = InCamelCase(*body);
    if (const GeminiVerdict mistake = FindGeminiMistake(call, url.model)) return GeminiErrorAnswer(*mistake);
    const json::object completion =
        CompletionOf(OpenAiFormOfGemini(call, url.model), options_, ++completions_, context);
    const json::object* config = ObjectAt(call, "generationConfig");
    const std::vector<std::string> stops =
        config == nullptr ? std::vector<std::string>() : TextsAt(*config, "stopSequences");
    return InForm(GeminiAnswer(PlainAnswerOf(completion, stops), StyleOf(call, url.model)), request);
  }

  ApiAnswer Fail(const Step& step, const Request& request) override {
    const GeminiUrl url = ReadGeminiUrl(request.target);
    if (step.fault == Fault::kBadGateway) return OpenAiFault(step, "", "");
    if (step.fault == Fault::kContentFilter) return InForm(GeminiBlocked(url.model), request);
    HttpResponse answer = GeminiErrorAnswer(GeminiFault(step, url.model, url.form == GeminiForm::kVertex));
    if (step.fault == Fault::kErrorIn200) answer.status = 200;
    return answer;
  }

  std::string StreamError(const Step& step, const Request& request) override {
    const GeminiUrl url = ReadGeminiUrl(request.target);
    const GeminiStreamForm form = StreamFormOf(request);
    if (step.error_class == Fault::kContentFilter) {
      const std::string blocked = json::serialize(GeminiBlocked(url.model));
      return form == GeminiStreamForm::kSse ? SseEvent(blocked, "", "\r\n") : ",\r\n" + blocked + "\n]";
    }
    return GeminiStreamError(GeminiFault(AsErrorAnswer(step), url.model, url.form == GeminiForm::kVertex),
                             form);
  }

  std::string ErrorBody(int status) const override { return GeminiErrorBody(PlainGeminiError(status)); }

 private:
  // Vertex wants a token, all else a key, in a header or in the query.
  std::optional<GeminiError> KeyProblem(const Request& request, GeminiForm form) const {
    if (options_.api_key.empty()) return std::nullopt;
    const std::string token = BearerOf(request);
    if (token == options_.api_key) return std::nullopt;
    if (form == GeminiForm::kVertex || !token.empty()) return GeminiInvalidToken();
    const std::string* header = FindHeader(request.headers, "x-goog-api-key");
    const std::string key = header == nullptr ? QueryValue(request.target, "key") : *header;
    if (key.empty()) return GeminiNoKey();
    return key == options_.api_key ? std::nullopt : std::optional(GeminiInvalidKey());
  }

  const ApiOptions options_;
  std::uint64_t completions_ = 0;
};

}  // namespace

std::unique_ptr<ProviderApi> MakeGeminiApi(ApiOptions options) {
  return std::make_unique<GeminiApi>(std::move(options));
}

}  // namespace spillway::sim
