#include "providers/failed_response.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "absl/strings/str_cat.h"
#include "providers/classify.h"
#include "providers/redact.h"
#include "providers/retry_hint.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using router::FailedAttempt;
using router::Failure;

// "ThrottlingException:http://internal.amazon.com/…": the name before the colon.
std::string_view AmazonType(const HttpHeaders& headers) {
  const std::string* value = FindHeader(headers, "x-amzn-errortype");
  if (value == nullptr) return {};
  return std::string_view(*value).substr(0, value->find(':'));
}

// The most telling of the words the provider meant for machines.
std::string_view ProviderCode(const ErrorBody& body, std::string_view amazon_type) {
  for (const std::string_view word :
       {std::string_view(body.code), std::string_view(body.type), std::string_view(body.reason),
        std::string_view(body.status), amazon_type}) {
    if (!word.empty()) return word;
  }
  return {};
}

}  // namespace

FailedAttempt MakeFailure(const ErrorBody& body, const HttpResponse& response, const DecodeContext& context) {
  const std::string_view amazon_type = AmazonType(response.headers);
  FailedAttempt failed;
  failed.failure = Classify({.status = response.status,
                             .body = body,
                             .amazon_type = amazon_type,
                             .should_retry = ShouldRetry(response.headers)});
  failed.http_status = response.status;
  failed.retry_after = FindRetryHint(response, body, context.now);
  failed.message = SafeText(body.message);
  if (failed.message.empty())
    failed.message = absl::StrCat("HTTP ", response.status, " without an error text");
  failed.provider_code = SafeText(ProviderCode(body, amazon_type), kMaxProviderCode);
  failed.provider_param = SafeText(body.param, kMaxProviderCode);
  return failed;
}

FailedAttempt ReadFailure(const HttpResponse& response, const DecodeContext& context) {
  return MakeFailure(ParseErrorBody(response.body), response, context);
}

FailedAttempt ReadFailureIn(const json::value& part, const HttpResponse& response,
                            const DecodeContext& context) {
  return MakeFailure(ReadErrorBody(part), response, context);
}

FailedAttempt Unreadable(const HttpResponse& response, std::string_view problem) {
  FailedAttempt failed;
  failed.failure = Failure::kMalformed;
  failed.http_status = response.status;
  failed.message = SafeText(problem);
  return failed;
}

FailedAttempt UnreadableJson(const HttpResponse& response, const JsonDocument& document) {
  const std::string* type = FindHeader(response.headers, "content-type");
  FailedAttempt failed =
      Unreadable(response, absl::StrCat("the answer is not JSON: ", document.problem(), " (content-type ",
                                        type == nullptr ? "unknown" : *type, ")"));
  if (document.truncated()) failed.failure = Failure::kTruncated;
  return failed;
}

bool ReportsError(const json::object& body) {
  constexpr std::array<std::string_view, 5> kSigns = {"message", "Message", "detail", "errors", "error_type"};
  if (const json::value* object = body.if_contains("object")) {
    if (AsText(*object) == "error") return true;
  }
  return std::any_of(kSigns.begin(), kSigns.end(), [&body](std::string_view name) {
    const json::value* value = body.if_contains({name.data(), name.size()});
    return value != nullptr && !value->is_null() && AsText(*value) != "";
  });
}

}  // namespace spillway::providers
