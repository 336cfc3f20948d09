// What an error body says, whoever wrote it. Pure, one tolerant parser for every API.
//
// Shapes read, besides OpenAI's {"error":{message,type,param,code}}: the error as a text, a code
// beside it, the members without a wrapper (vLLM, Mistral, Cohere, Bedrock, gateways), Google's
// {code,message,status,details}, also as the one element of a list, `detail` as text, object or
// list of {loc,msg} (FastAPI), `errors` as a list, OpenRouter's `metadata`, Azure's
// `innererror`, and any of them as a text inside of another. HTML gives its title, plain text
// itself, anything else nothing.
#ifndef SPILLWAY_PROVIDERS_ERROR_BODY_H_
#define SPILLWAY_PROVIDERS_ERROR_BODY_H_

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "router/time.h"

namespace spillway::providers {

// Texts are as the provider wrote them: not yet safe to show (see redact.h).
struct ErrorBody {
  std::string message;
  // `type`, Cohere's and OpenRouter's `error_type`, or AWS's `__type` without its namespace.
  std::string type;
  // `code`, or Databricks's `error_code`, when it is a word, or digits that are no HTTP status.
  std::string code;
  // OpenAI's `param`: the member of the request that is at fault.
  std::string param;
  // Google's `status`: RESOURCE_EXHAUSTED.
  std::string status;
  // The `reason` of Google's ErrorInfo: API_KEY_INVALID.
  std::string reason;
  // The `quotaId` of Google's QuotaFailure: GenerateRequestsPerDayPerProjectPerModel-FreeTier. Of
  // several a day's, else the first.
  std::string quota_id;
  // Azure's `innererror.code`.
  std::string inner_code;
  // A number from 400 to 599 given as `code`, `status_code` or `raw_status_code`; 0 when none.
  int embedded_status = 0;
  // Google's RetryInfo, OpenRouter's `retry_after_seconds`.
  std::optional<router::Duration> retry_delay;
};

ErrorBody ParseErrorBody(std::string_view body);

// The same for a body, or a part of one, that is parsed already.
ErrorBody ReadErrorBody(const boost::json::value& body);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ERROR_BODY_H_
