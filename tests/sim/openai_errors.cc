#include "tests/sim/openai_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "tests/sim/stream.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

json::value TextOrNull(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

OpenAiError RateLimited(const Step& step) {
  std::string message = "Rate limit reached for requests per min (RPM): Limit 500, Used 500, Requested 1.";
  if (!step.retry_after.empty() && step.retry_after.find(' ') == std::string::npos) {
    message += " Please try again in " + step.retry_after + "s.";
  }
  return {429, message, "requests", "", "rate_limit_exceeded"};
}

OpenAiError ErrorOf(const Step& step, std::string_view model, std::string_view key) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return RateLimited(step);
    case Fault::kQuota:
      return {429, "You exceeded your current quota: check your plan and billing details.",
              "insufficient_quota", "", "insufficient_quota"};
    case Fault::kOverloaded:
      return {503, "The model is currently overloaded with other requests. Retry later.", "server_error"};
    case Fault::kOverloaded529:
      return {529, "Overloaded", "overloaded_error"};
    case Fault::kModelNotFound:
      return ModelNotFound(model);
    case Fault::kModelNotFound400: {
      OpenAiError error = ModelNotFound(model);
      error.status = 400;
      error.message = "The requested model '" + std::string(model) + "' does not exist.";
      error.param = "model";
      return error;
    }
    case Fault::kContextLength:
      return {400,
              "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 "
              "tokens.",
              "invalid_request_error", "messages", "context_length_exceeded"};
    case Fault::kContentFilter:
      return {400, "The prompt triggered the content management policy.", "invalid_request_error", "prompt",
              "content_filter"};
    case Fault::kInvalidRequest:
      return {400, "Unsupported parameter: 'stop' is not supported with this model.", "invalid_request_error",
              "stop", "unsupported_parameter"};
    case Fault::kInvalidKey:
      return WrongKey(key);
    case Fault::kPermission:
      return {403, "Project does not have access to model '" + std::string(model) + "'.",
              "invalid_request_error", "", "model_not_allowed"};
    case Fault::kErrorIn200:
      return {200, "The server had an error while processing your request.", "server_error"};
    default:
      return {500, "The server had an error while processing your request.", "server_error"};
  }
}

}  // namespace

std::string OpenAiErrorBody(const OpenAiError& error) {
  const json::value body = {{"error",
                             {{"message", error.message},
                              {"type", error.type},
                              {"param", TextOrNull(error.param)},
                              {"code", TextOrNull(error.code)}}}};
  return json::serialize(body);
}

HttpResponse OpenAiErrorAnswer(const OpenAiError& error) {
  return {error.status, {{"content-type", "application/json"}}, OpenAiErrorBody(error)};
}

OpenAiError NoJson() {
  return {400, "We could not parse the JSON body of your request: it was not valid JSON."};
}

OpenAiError ModelNotFound(std::string_view model) {
  return {404, "The model `" + std::string(model) + "` does not exist or you do not have access to it.",
          "invalid_request_error", "", "model_not_found"};
}

std::string MaskedKey(std::string_view key) {
  if (key.size() < 16) return std::string(key);
  return std::string(key.substr(0, 8)) + std::string(key.size() - 12, '*') +
         std::string(key.substr(key.size() - 4));
}

OpenAiError WrongKey(std::string_view key) {
  return {401,
          "Incorrect API key provided: " + MaskedKey(key) +
              ". You can find your API key at https://platform.openai.com/account/api-keys.",
          "invalid_request_error", "", "invalid_api_key"};
}

OpenAiError NoKey() {
  return {401, "You didn't provide an API key in an Authorization header with Bearer auth."};
}

OpenAiError NoSuchUrl(std::string_view method, std::string_view path) {
  return {404, "Invalid URL (" + std::string(method) + " " + std::string(path) + ")"};
}

OpenAiError PlainError(int status) {
  return {status, "Simulated status " + std::to_string(status) + ".",
          status >= 500 ? "server_error" : "invalid_request_error"};
}

HttpResponse OpenAiFault(const Step& step, std::string_view model, std::string_view key) {
  if (step.fault == Fault::kBadGateway) {
    return {502,
            {{"content-type", "text/html"}},
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"};
  }
  return OpenAiErrorAnswer(ErrorOf(step, model, key));
}

std::string OpenAiStreamError(const Step& step, std::string_view model, std::string_view key) {
  return SseEvent(OpenAiErrorBody(ErrorOf(AsErrorAnswer(step), model, key)));
}

}  // namespace spillway::sim
