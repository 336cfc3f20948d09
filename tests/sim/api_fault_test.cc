// The faults that are error answers, as each API says them. OpenAI's and Azure's are with their own tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/sim/api.h"

namespace spillway::sim {
namespace {

using ::testing::HasSubstr;

struct Preset {
  const char* api;
  const char* fault;
  int status;
  const char* in_body;
  // A header and its value; "": none to look for.
  const char* header = "";
  const char* value = "";
};

class ApiFaultTest : public ::testing::TestWithParam<Preset> {
 protected:
  // A chat call of each API.
  static Request Call(const std::string& api) {
    const std::string body = R"({"model":"m-1","messages":[]})";
    if (api == "bedrock") return {"POST", "/model/m-1/converse", {}, body};
    if (api == "gemini") return {"POST", "/v1beta/models/m-1:generateContent", {}, body};
    if (api == "anthropic") return {"POST", "/v1/messages", {}, body};
    return {"POST", api == "cohere" ? "/v2/chat" : "/v1/chat/completions", {}, body};
  }
};

TEST_P(ApiFaultTest, HasItsStatusAndItsWords) {
  const Preset& preset = GetParam();
  const auto api = MakeApi(preset.api, {.name = "p"});
  const HttpResponse answer = api->Fail(ParseScript(preset.fault).Next(), Call(preset.api)).http;
  EXPECT_EQ(answer.status, preset.status);
  EXPECT_THAT(answer.body, HasSubstr(preset.in_body));
  const std::string* value = FindHeader(answer.headers, preset.header);
  EXPECT_EQ(value == nullptr ? "" : *value, preset.value);
}

std::string NameOf(const ::testing::TestParamInfo<Preset>& info) {
  const std::string fault = info.param.fault;
  return fault.find(':') == std::string::npos ? fault : fault.substr(0, fault.find(':')) + "_with_a_time";
}

constexpr char kRetry[] = "x-should-retry";

INSTANTIATE_TEST_SUITE_P(
    Anthropic, ApiFaultTest,
    ::testing::Values(
        Preset{"anthropic", "rate_limited", 429, R"("type":"rate_limit_error")",
               "anthropic-ratelimit-requests-remaining", "0"},
        Preset{"anthropic", "quota", 400, "credit balance is too low", kRetry, "false"},
        Preset{"anthropic", "overloaded", 529, R"("type":"overloaded_error")", kRetry, "true"},
        Preset{"anthropic", "overloaded_529", 529, R"("message":"Overloaded")", kRetry, "true"},
        Preset{"anthropic", "server_error", 500, R"("type":"api_error")", kRetry, "true"},
        Preset{"anthropic", "bad_gateway", 502, "<html>", "content-type", "text/html"},
        Preset{"anthropic", "model_not_found", 404, R"("type":"not_found_error","message":"model: m-1")"},
        Preset{"anthropic", "model_not_found_400", 400, "not a supported model", kRetry, "false"},
        Preset{"anthropic", "context_length", 400, "prompt is too long: 208310 tokens", kRetry, "false"},
        Preset{"anthropic", "content_filter", 400, "content filtering policy", kRetry, "false"},
        Preset{"anthropic", "invalid_request", 400, "Extra inputs are not permitted", kRetry, "false"},
        Preset{"anthropic", "invalid_key", 401, "invalid x-api-key", kRetry, "false"},
        Preset{"anthropic", "permission", 403, R"("type":"permission_error")", kRetry, "false"},
        Preset{"anthropic", "error_in_200", 200, R"({"type":"error","error":{"type":"overloaded_error")"}),
    NameOf);

constexpr char kType[] = "x-amzn-errortype";
constexpr char kThrottling[] = "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/";
constexpr char kValidation[] = "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/";
constexpr char kDenied[] = "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/";

INSTANTIATE_TEST_SUITE_P(
    Bedrock, ApiFaultTest,
    ::testing::Values(
        Preset{"bedrock", "rate_limited", 429, R"({"message":"Too many requests)", kType, kThrottling},
        Preset{"bedrock", "quota", 400, "quota for this model is used up"},
        Preset{"bedrock", "overloaded", 503, "Too many connections"},
        Preset{"bedrock", "overloaded_529", 503, "Too many connections"},
        Preset{"bedrock", "server_error", 500, "unexpected error"},
        Preset{"bedrock", "bad_gateway", 502, "<html>", "content-type", "text/html"},
        Preset{"bedrock", "model_not_found", 404, "end of its life"},
        Preset{"bedrock", "model_not_found_400", 400, "model identifier is invalid", kType, kValidation},
        Preset{"bedrock", "context_length", 400, "Input Tokens Exceeded", kType, kValidation},
        Preset{"bedrock", "content_filter", 200, R"("stopReason":"guardrail_intervened")"},
        Preset{"bedrock", "invalid_request", 400, "extraneous key", kType, kValidation},
        Preset{"bedrock", "invalid_key", 403, "security token included in the request is invalid"},
        Preset{"bedrock", "permission", 403, "access to the model m-1", kType, kDenied},
        Preset{"bedrock", "error_in_200", 200, R"({"message":)"}),
    NameOf);

constexpr char kDelay[] = R"("@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s")";

INSTANTIATE_TEST_SUITE_P(
    Gemini, ApiFaultTest,
    ::testing::Values(Preset{"gemini", "rate_limited", 429, R"("quotaId":"GenerateRequestsPerMinute)"},
                      Preset{"gemini", "rate_limited:retry_after=7", 429, kDelay},
                      Preset{"gemini", "quota", 429, R"("quotaId":"GenerateRequestsPerDay)"},
                      Preset{"gemini", "overloaded", 503, R"("status":"UNAVAILABLE")"},
                      Preset{"gemini", "overloaded_529", 503, "The model is overloaded"},
                      Preset{"gemini", "server_error", 500, R"("status":"INTERNAL")"},
                      Preset{"gemini", "bad_gateway", 502, "<html>", "content-type", "text/html"},
                      Preset{"gemini", "model_not_found", 404, "models/m-1 is not found"},
                      Preset{"gemini", "model_not_found_400", 400, "unexpected model name format"},
                      Preset{"gemini", "context_length", 400, "The input token count (1250074) exceeds"},
                      Preset{"gemini", "content_filter", 200,
                             R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"})"},
                      Preset{"gemini", "invalid_request", 400, "Cannot find field."},
                      Preset{"gemini", "invalid_key", 400, R"("reason":"API_KEY_INVALID")"},
                      Preset{"gemini", "permission", 403, R"("status":"PERMISSION_DENIED")"},
                      Preset{"gemini", "error_in_200", 200, R"({"error":{"code":500)"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Mistral, ApiFaultTest,
    ::testing::Values(
        Preset{"mistral", "rate_limited", 429, R"("type":"rate_limited","param":null,"code":"1300")"},
        Preset{"mistral", "quota", 402, R"({"detail":")"},
        Preset{"mistral", "overloaded", 429,
               R"(capacity exceeded for this model.","type":"invalid_request_error")"},
        Preset{"mistral", "overloaded_529", 503, "Service unavailable."},
        Preset{"mistral", "server_error", 500, R"("code":"1000")"},
        Preset{"mistral", "bad_gateway", 502, "<html>", "content-type", "text/html"},
        Preset{"mistral", "model_not_found", 400, R"("message":"Invalid model: m-1","type":"invalid_model")"},
        Preset{"mistral", "model_not_found_400", 400, R"("code":"1500")"},
        Preset{"mistral", "context_length", 400, "too large for model with 32768 maximum context length"},
        Preset{"mistral", "content_filter", 403, R"("type":"moderation_blocked")"},
        Preset{"mistral", "invalid_request", 422,
               R"({"detail":[{"type":"extra_forbidden","loc":["body","seed"])"},
        Preset{"mistral", "invalid_key", 401, R"({"detail":"Invalid API Key"})"},
        Preset{"mistral", "permission", 403, R"("type":"permission_denied")"},
        Preset{"mistral", "error_in_200", 200, R"({"object":"error","message")"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Cohere, ApiFaultTest,
    ::testing::Values(Preset{"cohere", "rate_limited", 429, "limited to 20 API calls / minute"},
                      Preset{"cohere", "quota", 402, "billing limit"},
                      Preset{"cohere", "overloaded", 503, R"("message":"The service is unavailable)"},
                      Preset{"cohere", "overloaded_529", 503, "The service is unavailable"},
                      Preset{"cohere", "server_error", 500, "internal server error"},
                      Preset{"cohere", "bad_gateway", 502, "<html>", "content-type", "text/html"},
                      Preset{"cohere", "model_not_found", 404, "model 'm-1' not found"},
                      Preset{"cohere", "model_not_found_400", 400, "model 'm-1' does not support chat"},
                      Preset{"cohere", "context_length", 400, R"("error_type":"TOO_MANY_TOKENS")"},
                      Preset{"cohere", "content_filter", 400, "blocked input"},
                      Preset{"cohere", "invalid_request", 400, "parameter 'n' is not a valid field"},
                      Preset{"cohere", "invalid_key", 401, "Incorrect API key provided: ***"},
                      Preset{"cohere", "permission", 403, "does not have permission"},
                      Preset{"cohere", "error_in_200", 200, R"("finish_reason":"ERROR")"}),
    NameOf);

}  // namespace
}  // namespace spillway::sim
