#include "tests/sim/gemini_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::string StatusOf(int code) {
  switch (code) {
    case 400:
      return "INVALID_ARGUMENT";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return code >= 500 ? "INTERNAL" : "UNKNOWN";
  }
}

GeminiError Plain(int code, std::string message) { return {code, StatusOf(code), std::move(message), {}}; }

json::object ErrorInfo(const char* reason) {
  return {{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
          {"reason", reason},
          {"domain", "googleapis.com"},
          {"metadata", {{"service", "generativelanguage.googleapis.com"}}}};
}

json::object QuotaFailure(const char* id) {
  json::array violations;
  violations.push_back(
      json::object{{"quotaMetric", "generativelanguage.googleapis.com/generate_content_requests"},
                   {"quotaId", id},
                   {"quotaDimensions", {{"location", "global"}}},
                   {"quotaValue", "10"}});
  return {{"@type", "type.googleapis.com/google.rpc.QuotaFailure"}, {"violations", std::move(violations)}};
}

// With a delay in the details and in words, if a time is known.
GeminiError Exhausted(const Step& step, const char* quota) {
  GeminiError error = Plain(429, "You exceeded your current quota, please check your plan.");
  error.details.push_back(QuotaFailure(quota));
  double seconds = 0;
  if (!absl::SimpleAtod(step.retry_after, &seconds) || seconds < 0) return error;
  error.message += " Please retry in " + step.retry_after + "s.";
  error.details.push_back(json::object{{"@type", "type.googleapis.com/google.rpc.RetryInfo"},
                                       {"retryDelay", step.retry_after + "s"}});
  return error;
}

}  // namespace

GeminiError GeminiMistake(std::string message) { return Plain(400, std::move(message)); }

GeminiError GeminiModelNotFound(std::string_view model) {
  return Plain(404, absl::StrCat("models/", std::string(model),
                                 " is not found for API version v1beta, or is not supported for "
                                 "generateContent. Call ListModels to see the list of available models and "
                                 "their supported methods."));
}

GeminiError GeminiInvalidKey() {
  GeminiError error = Plain(400, "API key not valid. Please pass a valid API key.");
  error.details.push_back(ErrorInfo("API_KEY_INVALID"));
  return error;
}

GeminiError GeminiNoKey() {
  return Plain(403, "Method doesn't allow unregistered callers. Please use an API key.");
}

GeminiError GeminiInvalidToken() {
  GeminiError error =
      Plain(401, "Request had invalid authentication credentials. Expected an OAuth 2 access token.");
  error.details.push_back(ErrorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED"));
  return error;
}

GeminiError PlainGeminiError(int code) { return Plain(code, absl::StrCat("Simulated status ", code, ".")); }

GeminiError GeminiFault(const Step& step, std::string_view model, bool vertex) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return Exhausted(step, "GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
    case Fault::kQuota:
      return Exhausted(step, "GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    case Fault::kOverloaded:
    case Fault::kOverloaded529:
      return Plain(503, "The model is overloaded. Please try again later.");
    case Fault::kModelNotFound:
      return GeminiModelNotFound(model);
    case Fault::kModelNotFound400:
      return Plain(400, "* GenerateContentRequest.model: unexpected model name format");
    case Fault::kContextLength:
      return Plain(400,
                   "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).");
    case Fault::kInvalidRequest:
      return Plain(400,
                   "Invalid JSON payload received. Unknown name \"seed\" at 'generation_config': Cannot find "
                   "field.");
    case Fault::kInvalidKey:
      return vertex ? GeminiInvalidToken() : GeminiInvalidKey();
    case Fault::kPermission: {
      GeminiError error = Plain(403, "The API has not been used in this project before or it is disabled.");
      error.details.push_back(ErrorInfo("SERVICE_DISABLED"));
      return error;
    }
    case Fault::kErrorIn200:
    default:
      return Plain(500, "An internal error has occurred. Please retry.");
  }
}

std::string GeminiErrorBody(const GeminiError& error) {
  json::object inner{{"code", error.code}, {"message", error.message}, {"status", error.status}};
  if (!error.details.empty()) inner["details"] = error.details;
  return json::serialize(json::object{{"error", std::move(inner)}});
}

HttpResponse GeminiErrorAnswer(const GeminiError& error) {
  return {error.code, {{"content-type", "application/json; charset=UTF-8"}}, GeminiErrorBody(error)};
}

}  // namespace spillway::sim
