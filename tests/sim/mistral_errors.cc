#include "tests/sim/mistral_errors.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;

MistralError SchemaMistake(const std::string& path, std::string_view message, std::string_view type) {
  json::array loc;
  loc.push_back("body");
  const std::vector<std::string> steps = absl::StrSplit(path, '.');
  for (const std::string& step : steps) {
    std::int64_t index = 0;
    loc.push_back(absl::SimpleAtoi(step, &index) ? json::value(index) : json::value(step));
  }
  json::array detail;
  detail.push_back(
      json::object{{"type", JsonView(type)}, {"loc", std::move(loc)}, {"msg", JsonView(message)}});
  return {422, json::serialize(json::object{{"detail", std::move(detail)}})};
}

MistralError ServiceError(int status, std::string_view message, std::string_view type,
                          std::string_view code) {
  json::object body{{"object", "error"},
                    {"message", JsonView(message)},
                    {"type", JsonView(type)},
                    {"param", nullptr},
                    {"code", code.empty() ? json::value() : json::value(JsonView(code))},
                    {"raw_status_code", status}};
  return {status, json::serialize(body)};
}

MistralError InvalidMistralKey() { return {401, R"({"detail":"Invalid API Key"})"}; }

MistralError InvalidMistralModel(std::string_view model) {
  return ServiceError(400, "Invalid model: " + std::string(model), "invalid_model", "1500");
}

MistralError MistralFault(const Step& step, std::string_view model) {
  switch (step.fault) {
    case Fault::kRateLimited:
      return ServiceError(429, "Rate limit exceeded", "rate_limited", "1300");
    case Fault::kQuota:
      return {402, R"({"detail":"Your subscription's limit is reached. Check your billing."})"};
    case Fault::kOverloaded:
      return ServiceError(429, "Service tier capacity exceeded for this model.", "invalid_request_error", "");
    case Fault::kOverloaded529:
      return ServiceError(503, "Service unavailable.", "unreachable_backend", "1100");
    case Fault::kModelNotFound:
    case Fault::kModelNotFound400:
      return InvalidMistralModel(model);
    case Fault::kContextLength:
      return ServiceError(
          400, "Prompt contains 33554 tokens, too large for model with 32768 maximum context length",
          "invalid_request_prompt", "3051");
    case Fault::kContentFilter:
      return ServiceError(403, "The request was blocked by content moderation.", "moderation_blocked", "");
    case Fault::kInvalidRequest:
      return SchemaMistake("seed", "Extra inputs are not permitted", "extra_forbidden");
    case Fault::kInvalidKey:
      return InvalidMistralKey();
    case Fault::kPermission:
      return ServiceError(403, absl::StrCat("You have no access to model ", std::string(model)),
                          "permission_denied", "");
    case Fault::kErrorIn200: {
      MistralError error = ServiceError(500, "Internal server error", "internal_server_error", "1000");
      error.status = 200;
      return error;
    }
    default:
      return ServiceError(500, "Internal server error", "internal_server_error", "1000");
  }
}

}  // namespace spillway::sim
