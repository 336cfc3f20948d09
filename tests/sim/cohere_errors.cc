#include "tests/sim/cohere_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;

CohereError CohereMistake(std::string message) { return {400, "invalid request: " + std::move(message), ""}; }

CohereError CohereModelNotFound(std::string_view model) {
  return {404,
          absl::StrCat("model '", std::string(model),
                       "' not found, make sure the correct model ID was used and that you have access to the "
                       "model."),
          ""};
}

// The key is masked whole.
CohereError WrongCohereKey() {
  return {401,
          "Incorrect API key provided: ***********. You can find your API key at "
          "https://dashboard.cohere.com/api-keys.",
          ""};
}

CohereError CohereFault(const Step& step, std::string_view model) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return {429, "You are using a Trial key, which is limited to 20 API calls / minute.", ""};
    case Fault::kQuota:
      return {402, "Your account has reached its billing limit. Add or update your payment method.", ""};
    case Fault::kOverloaded:
    case Fault::kOverloaded529:
      return {503, "The service is unavailable. Please try again later.", ""};
    case Fault::kModelNotFound:
      return CohereModelNotFound(model);
    case Fault::kModelNotFound400:
      return CohereMistake(absl::StrCat("model '", std::string(model), "' does not support chat"));
    case Fault::kContextLength:
      return {400,
              "too many tokens: the total number of tokens in the prompt cannot exceed 128000 - received "
              "130211.",
              "TOO_MANY_TOKENS"};
    case Fault::kContentFilter:
      return {400, "blocked input: the prompt violates the usage policy.", ""};
    case Fault::kInvalidRequest:
      return CohereMistake("unknown field: parameter 'n' is not a valid field");
    case Fault::kInvalidKey:
      return WrongCohereKey();
    case Fault::kPermission:
      return {403, "Your API key does not have permission to use this model.", ""};
    default:
      return {500, "internal server error, this has been reported to our developers.", ""};
  }
}

std::string CohereErrorBody(const CohereError& error, std::string_view id) {
  json::object body{{"id", JsonView(id)}, {"message", error.message}};
  if (!error.error_type.empty()) body["error_type"] = error.error_type;
  return json::serialize(body);
}

}  // namespace spillway::sim
