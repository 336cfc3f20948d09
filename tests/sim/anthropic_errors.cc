#include "tests/sim/anthropic_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::string TypeOf(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 529:
      return "overloaded_error";
    default:
      return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

AnthropicError Plain(int status, std::string message) { return {status, TypeOf(status), std::move(message)}; }

}  // namespace

AnthropicError AnthropicMistake(std::string_view where, std::string_view what) {
  return Plain(400, std::string(where) + ": " + std::string(what));
}

AnthropicError PlainAnthropicError(int status) {
  return Plain(status, "Simulated status " + std::to_string(status) + ".");
}

AnthropicError AnthropicFault(const Step& step, std::string_view model) {
  const std::string name(model);
  switch (step.fault) {
    case Fault::kRateLimited:
      return Plain(429, "Your organization's limit of 50 requests per minute would be exceeded.");
    case Fault::kQuota:
      return Plain(400, "Your credit balance is too low to access the Anthropic API. Add credits.");
    case Fault::kOverloaded:
    case Fault::kOverloaded529:
      return Plain(529, "Overloaded");
    case Fault::kModelNotFound:
      return Plain(404, "model: " + name);
    case Fault::kModelNotFound400:
      return Plain(400, "model: " + name + " is not a supported model");
    case Fault::kContextLength:
      return Plain(400, "prompt is too long: 208310 tokens > 200000 maximum");
    case Fault::kContentFilter:
      return Plain(400, "Output blocked by content filtering policy");
    case Fault::kInvalidRequest:
      return AnthropicMistake("stop_sequences", "Extra inputs are not permitted");
    case Fault::kInvalidKey:
      return Plain(401, "invalid x-api-key");
    case Fault::kPermission:
      return Plain(403, "Your API key does not have permission to use the specified resource.");
    case Fault::kErrorIn200:
      return {200, "overloaded_error", "Overloaded"};
    default:
      return Plain(500, "Internal server error");
  }
}

std::string AnthropicErrorBody(const AnthropicError& error, std::string_view request_id) {
  json::object body{{"type", "error"}, {"error", {{"type", error.type}, {"message", error.message}}}};
  if (!request_id.empty()) body["request_id"] = JsonView(request_id);
  return json::serialize(body);
}

}  // namespace spillway::sim
