#include "tests/sim/azure_openai_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/sim/azure_content_filter.h"
#include "tests/sim/openai_errors.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

json::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// The sentence names the time, and both headers do.
HttpResponse RateLimited(const Step& step) {
  HttpResponse answer =
      AzureErrorAnswer(429, "429", "The token rate limit of this pricing tier is exceeded.");
  constexpr double kLongest = 1e9;
  double seconds = 0;
  const bool known = absl::SimpleAtod(step.retry_after, &seconds) && seconds >= 0 && seconds <= kLongest;
  if (!known) return answer;
  answer.body = AzureErrorBody(
      "429", absl::StrCat("The token rate limit of this pricing tier is exceeded. Please retry after ",
                          step.retry_after, " seconds."));
  answer.headers.emplace_back("retry-after", step.retry_after);
  answer.headers.emplace_back("retry-after-ms", absl::StrCat(static_cast<long long>(seconds * 1000)));
  return answer;
}

HttpResponse Filtered() {
  json::object filter = ContentFilterResults();
  filter["violence"] = {{"filtered", true}, {"severity", "medium"}};
  const json::value body = {
      {"error",
       {{"message", "The prompt triggered the content management policy."},
        {"type", nullptr},
        {"param", "prompt"},
        {"code", "content_filter"},
        {"status", 400},
        {"innererror", {{"code", "ResponsibleAIPolicyViolation"}, {"content_filter_result", filter}}}}}};
  return {400, {{"content-type", "application/json"}}, json::serialize(body)};
}

}  // namespace

std::string AzureErrorBody(std::string_view code, std::string_view message) {
  return json::serialize(json::object{{"error", {{"code", View(code)}, {"message", View(message)}}}});
}

HttpResponse AzureErrorAnswer(int status, std::string_view code, std::string_view message) {
  return {status, {{"content-type", "application/json"}}, AzureErrorBody(code, message)};
}

HttpResponse WrongSubscriptionKey() {
  return AzureErrorAnswer(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.");
}

HttpResponse ResourceNotFound() { return AzureErrorAnswer(404, "404", "Resource not found"); }

HttpResponse UnsupportedApiVersion() {
  return AzureErrorAnswer(400, "BadRequest", "API version not supported");
}

// The one with a type of error, and without a type of content.
HttpResponse DeploymentNotFound() {
  const json::value body = {{"error",
                             {{"type", "invalid_request_error"},
                              {"code", "DeploymentNotFound"},
                              {"message", "The API deployment for this resource does not exist."}}}};
  return {404, {}, json::serialize(body)};
}

HttpResponse AzureFault(const Step& step, std::string_view deployment) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return RateLimited(step);
    case Fault::kModelNotFound:
      return DeploymentNotFound();
    case Fault::kModelNotFound400:
      return AzureErrorAnswer(
          400, "OperationNotSupported",
          absl::StrCat("The chatCompletion operation does not work with the specified model, ",
                       std::string(deployment), "."));
    case Fault::kContentFilter:
      return Filtered();
    case Fault::kInvalidKey:
      return WrongSubscriptionKey();
    case Fault::kPermission:
      return AzureErrorAnswer(403, "403", "Access denied due to Virtual Network/Firewall rules.");
    default:
      // Of those that are left none echoes a key.
      return OpenAiFault(step, deployment, "");
  }
}

}  // namespace spillway::sim
