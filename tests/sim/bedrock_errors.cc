#include "tests/sim/bedrock_errors.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Who is refused before Bedrock itself looks is refused by the layer below.
std::string_view SuffixOf(int status) {
  return status == 403 ? ":http://internal.amazon.com/coral/com.amazon.coral.service/"
                       : ":http://internal.amazon.com/coral/com.amazon.bedrock/";
}

}  // namespace

BedrockError BedrockMistake(std::string message) { return {400, "ValidationException", std::move(message)}; }

BedrockError BedrockFault(const Step& step, std::string_view model) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return {429, "ThrottlingException", "Too many requests, please wait before trying again."};
    case Fault::kQuota:
      return {400, "ServiceQuotaExceededException", "Your account's quota for this model is used up."};
    case Fault::kOverloaded:
    case Fault::kOverloaded529:
      return {503, "ServiceUnavailableException", "Too many connections"};
    case Fault::kModelNotFound:
      return {404, "ResourceNotFoundException", "This model version has reached the end of its life."};
    case Fault::kModelNotFound400:
      return BedrockMistake("The provided model identifier is invalid.");
    case Fault::kContextLength:
      return BedrockMistake(
          "The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds "
          "maximum length. Please update the input to try again.");
    case Fault::kInvalidRequest:
      return BedrockMistake(
          "The model returned the following errors: Malformed input request: #: extraneous key "
          "[stopSequences] is not permitted, please reformat your input and try again.");
    case Fault::kInvalidKey:
      return {403, "UnrecognizedClientException", "The security token included in the request is invalid."};
    case Fault::kPermission:
      return {403, "AccessDeniedException",
              absl::StrCat("You don't have access to the model ", std::string(model), ".")};
    case Fault::kErrorIn200:
      return {200, "InternalServerException", "The system encountered an unexpected error."};
    default:
      return {500, "InternalServerException", "The system encountered an unexpected error."};
  }
}

std::string BedrockErrorBody(std::string_view message) {
  return json::serialize(json::object{{"message", JsonView(message)}});
}

HttpResponse BedrockErrorAnswer(const BedrockError& error) {
  return {error.status,
          {{"content-type", "application/json"},
           {"x-amzn-errortype", error.type + std::string(SuffixOf(error.status))}},
          BedrockErrorBody(error.message)};
}

}  // namespace spillway::sim
