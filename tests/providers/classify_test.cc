#include "providers/classify.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "providers/classify_rules.h"

namespace spillway::providers {
namespace {

using router::Failure;

struct Case {
  int status;
  std::string body;
  Failure expected;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.status << " " << c.body; }

Failure Of(int status, const std::string& body, std::string_view amazon_type = {},
           std::optional<bool> should_retry = std::nullopt) {
  const ErrorBody read = ParseErrorBody(body);
  return Classify({.status = status, .body = read, .amazon_type = amazon_type, .should_retry = should_retry});
}

class ClassifyTest : public testing::TestWithParam<Case> {};

TEST_P(ClassifyTest, GivesTheClass) {
  EXPECT_EQ(router::TraitsOf(Of(GetParam().status, GetParam().body)).name,
            router::TraitsOf(GetParam().expected).name);
}

INSTANTIATE_TEST_SUITE_P(
    ByStatus, ClassifyTest,
    testing::Values(Case{400, "", Failure::kInvalidRequest}, Case{401, "", Failure::kCredentials},
                    Case{402, "", Failure::kQuotaExhausted}, Case{403, "", Failure::kCredentials},
                    Case{404, "<html>", Failure::kModelNotFound}, Case{405, "", Failure::kModelNotFound},
                    Case{407, "", Failure::kCredentials}, Case{408, "", Failure::kTimeout},
                    Case{409, "", Failure::kServerError}, Case{410, "", Failure::kModelNotFound},
                    Case{413, "", Failure::kContextLength}, Case{418, "", Failure::kInvalidRequest},
                    Case{422, R"({"detail":[{"loc":["body","x"],"msg":"extra"}]})", Failure::kInvalidRequest},
                    Case{424, "", Failure::kServerError}, Case{429, "", Failure::kRateLimited},
                    Case{499, "", Failure::kServerError}, Case{500, "", Failure::kServerError},
                    Case{501, "", Failure::kServerError}, Case{502, "<html>", Failure::kServerError},
                    Case{503, "", Failure::kOverloaded}, Case{504, "", Failure::kServerError},
                    Case{524, "", Failure::kServerError}, Case{529, "", Failure::kOverloaded},
                    Case{301, "", Failure::kMalformed}, Case{0, "", Failure::kMalformed},
                    Case{600, "", Failure::kMalformed}, Case{101, "", Failure::kMalformed}));

// Google names the quota; its sentence is the same for a minute's and a day's.
std::string GoogleQuota(const std::string& id) {
  return R"({"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED",)"
         R"("details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" +
         id + R"("}]}]}})";
}

INSTANTIATE_TEST_SUITE_P(
    GoogleQuota, ClassifyTest,
    testing::Values(Case{429, GoogleQuota("GenerateRequestsPerMinutePerProjectPerModel"),
                         Failure::kRateLimited},
                    Case{429, GoogleQuota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
                         Failure::kQuotaExhausted}));

INSTANTIATE_TEST_SUITE_P(
    SafetySystems, ClassifyTest,
    testing::Values(Case{400,
                         R"({"type":"error","error":{"type":"invalid_request_error",)"
                         R"("message":"Output blocked by content filtering policy"}})",
                         Failure::kContentFilter},
                    Case{403, R"({"object":"error","message":"no","type":"moderation_blocked"})",
                         Failure::kContentFilter}));

INSTANTIATE_TEST_SUITE_P(
    Quota, ClassifyTest,
    testing::Values(
        Case{429, R"({"error":{"message":"m","type":"insufficient_quota","code":null}})",
             Failure::kQuotaExhausted},
        Case{429, R"({"error":{"message":"You exceeded your current quota, please check"}})",
             Failure::kQuotaExhausted},
        Case{429,
             R"({"error":{"code":429,"message":"You exceeded your current quota",)"
             R"("status":"RESOURCE_EXHAUSTED"}})",
             Failure::kRateLimited},
        Case{400,
             R"({"type":"error","error":{"type":"invalid_request_error","message":)"
             R"("Your credit balance is too low to access the API"}})",
             Failure::kQuotaExhausted},
        Case{403, R"({"statusCode":403,"message":"Out of call volume quota."})", Failure::kQuotaExhausted},
        Case{403, R"({"code":"x","error":"Your team has used all available credits"})",
             Failure::kQuotaExhausted},
        Case{403, R"({"code":"x","error":"Your new team doesn't have any credits or licenses"})",
             Failure::kQuotaExhausted},
        Case{403, R"({"code":"x","error":"You have run out of credits"})", Failure::kQuotaExhausted},
        Case{403,
             R"({"error":{"code":403,"status":"PERMISSION_DENIED","message":)"
             R"("You do not have permission to access the File abc or it may not exist."}})",
             Failure::kInvalidRequest},
        Case{403, R"({"error":{"type":"permission_error","message":"You've reached your usage limit"}})",
             Failure::kQuotaExhausted},
        Case{429, R"({"error":{"type":"usage_limit_reached","message":"m"}})", Failure::kQuotaExhausted},
        Case{429,
             R"({"error":{"code":429,"message":"Your prepayment credits are depleted",)"
             R"("status":"RESOURCE_EXHAUSTED"}})",
             Failure::kQuotaExhausted},
        Case{400,
             R"({"type":"error","error":{"type":"invalid_request_error","message":)"
             R"("You have reached your specified API usage limits."}})",
             Failure::kQuotaExhausted},
        Case{402, R"({"error":{"message":"Insufficient Balance","code":"invalid_request_error"}})",
             Failure::kQuotaExhausted}));

INSTANTIATE_TEST_SUITE_P(
    TooLong, ClassifyTest,
    testing::Values(
        Case{400, R"({"error":{"message":"m","code":"context_length_exceeded"}})", Failure::kContextLength},
        Case{400, R"({"object":"error","message":"This model's maximum context length is 8 tokens"})",
             Failure::kContextLength},
        Case{400, R"({"error":{"code":400,"message":"m","type":"exceed_context_size_error"}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"prompt too long; exceeded max context length"}})",
             Failure::kContextLength},
        Case{400, R"({"type":"error","error":{"message":"prompt is too long: 9 tokens > 8 maximum"}})",
             Failure::kContextLength},
        Case{400, R"({"id":"1","message":"m","error_type":"TOO_MANY_TOKENS"})", Failure::kContextLength},
        Case{429, R"({"error":{"message":"Request too large for gpt-4","code":"rate_limit_exceeded"}})",
             Failure::kContextLength},
        Case{413, R"({"error":{"message":"m","code":"rate_limit_exceeded"}})", Failure::kContextLength},
        Case{429,
             R"({"type":"error","error":{"type":"rate_limit_error","message":)"
             R"("Usage credits are required for long context requests."}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"input exceeds the context window of x"}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"invalid params, context window exceeds limit"}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"Prompt of 9 exceeds context size 8"}
})",
             Failure::kContextLength},
        Case{400, R"({"error":"tokens to keep is greater than the context length"})",
             Failure::kContextLength},
        Case{400, R"({"error":"This model's maximum prompt length is 8"})", Failure::kContextLength},
        Case{400, R"({"error":{"message":"Prompt exceeds max length"}})", Failure::kContextLength},
        Case{400, R"({"error":{"message":"prompt token count of 9 exceeds the limit of 8"}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"Input token limit exceeded: 9 > 8"}})", Failure::kContextLength},
        Case{400, R"({"error":{"message":"Your request exceeded model token limit: 8"}})",
             Failure::kContextLength},
        Case{400, R"({"object":"error","message":"max_tokens must be at least 1, got -186."})",
             Failure::kContextLength},
        Case{400, R"({"object":"error","message":"max_tokens must be at least 1, got 0."})",
             Failure::kInvalidRequest},
        Case{400, R"({"error":{"message":"Request payload size exceeds the limit: 8 bytes."}})",
             Failure::kContextLength},
        Case{400, R"({"error":{"message":"m","type":"request_too_large"}})", Failure::kContextLength},
        Case{400, R"({"message":"upstream: context_length_exceeded"})", Failure::kContextLength},
        Case{400,
             R"({"error":{"message":"x","metadata":{"raw":)"
             R"("{\"error\":{\"code\":\"context_length_exceeded\"}}"}}})",
             Failure::kContextLength},
        Case{429, R"({"message":"Too many tokens"})", Failure::kRateLimited}));

INSTANTIATE_TEST_SUITE_P(
    NoModel, ClassifyTest,
    testing::Values(
        Case{400, R"({"error":{"message":"m","code":"model_not_found"}})", Failure::kModelNotFound},
        Case{400, R"({"error":{"message":"x/y is not a valid model ID","code":400}})",
             Failure::kModelNotFound},
        Case{400, R"({"message":"The provided model identifier is invalid."})", Failure::kModelNotFound},
        Case{400, R"({"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"})",
             Failure::kModelNotFound},
        Case{400, R"({"error":{"message":"Model Not Exist","type":"invalid_request_error"}})",
             Failure::kModelNotFound},
        // Azure, where the deployment or the version of the API is the wrong one.
        Case{400,
             R"({"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not )"
             R"(work with the specified model, x."}})",
             Failure::kModelNotFound},
        Case{400, R"({"error":{"code":"BadRequest","message":"API version not supported"}})",
             Failure::kModelNotFound},
        Case{400,
             R"({"error":{"code":"BadRequest","message":"Model x is enabled only for api versions )"
             R"(2024-12-01-preview and later"}})",
             Failure::kModelNotFound},
        Case{403, R"({"error":{"message":"m","code":"model_not_found"}})", Failure::kCredentials}));

INSTANTIATE_TEST_SUITE_P(
    Keys, ClassifyTest,
    testing::Values(Case{400, R"({"code":"x","error":"Incorrect API key provided."})", Failure::kCredentials},
                    Case{400,
                         R"({"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":)"
                         R"([{"reason":"API_KEY_INVALID"}]}})",
                         Failure::kCredentials},
                    Case{400, R"({"message":"Operation not allowed"})", Failure::kCredentials},
                    Case{400,
                         R"({"error":{"message":"User location is not supported for the API use.",)"
                         R"("status":"FAILED_PRECONDITION"}})",
                         Failure::kCredentials}));

INSTANTIATE_TEST_SUITE_P(
    Filter, ClassifyTest,
    testing::Values(Case{400, R"({"error":{"message":"m","type":null,"code":"content_filter","status":400}})",
                         Failure::kContentFilter},
                    Case{403, R"({"error":{"message":"moderation: your input was flagged","code":403}})",
                         Failure::kContentFilter},
                    Case{400,
                         R"({"error":{"message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
                         Failure::kContentFilter}));

INSTANTIATE_TEST_SUITE_P(
    Capacity, ClassifyTest,
    testing::Values(Case{500, R"({"type":"error","error":{"type":"api_error","message":"Overloaded"}})",
                         Failure::kOverloaded},
                    Case{429,
                         R"({"object":"error","message":"Service tier capacity exceeded for this model.",)"
                         R"("type":"invalid_request_error"})",
                         Failure::kOverloaded},
                    Case{400, R"({"error":{"message":"an overloaded function is ambiguous"}})",
                         Failure::kInvalidRequest}));

INSTANTIATE_TEST_SUITE_P(
    InManyWords, ClassifyTest,
    testing::Values(
        Case{400, R"({"error":{"type":"Arrearage","message":"m"}})", Failure::kQuotaExhausted},
        Case{403, R"({"error":{"status":"PERMISSION_DENIED","details":[{"reason":"BILLING_DISABLED"}]}})",
             Failure::kQuotaExhausted},
        Case{400, R"({"message":"a payment issue: a valid payment instrument must be provided"})",
             Failure::kQuotaExhausted},
        Case{429, R"({"message":"a trial key, limited to 1000 API calls / month"})",
             Failure::kQuotaExhausted},
        Case{429, R"({"message":"a trial key, limited to 10 API calls / minute"})", Failure::kRateLimited},
        Case{429, R"({"errors":[{"message":"used up your daily free allocation","code":4006}]})",
             Failure::kQuotaExhausted},
        Case{429, R"({"error":{"message":"Rate limit exceeded: free-models-per-day. Add","code":429}})",
             Failure::kQuotaExhausted},
        Case{429, R"({"error":{"message":"Rate limit exceeded: free-models-per-min.","code":429}})",
             Failure::kRateLimited},
        Case{400, R"({"error":{"message":"Content Exists Risk","type":"invalid_request_error"}})",
             Failure::kContentFilter},
        Case{400, R"({"error":{"message":"potentially unsafe or sensitive content","code":"1301"}})",
             Failure::kContentFilter},
        Case{400, R"({"error":{"message":"This organization has been disabled."}})", Failure::kCredentials},
        Case{400, R"({"error":{"message":"m","code":"organization_restricted"}})", Failure::kCredentials},
        Case{498, R"({"error":{"message":"m","code":"capacity_exceeded"}})", Failure::kOverloaded}));

INSTANTIATE_TEST_SUITE_P(
    LlamaCpp, ClassifyTest,
    testing::Values(Case{500,
                         R"({"error":{"code":500,"message":"tools param requires --jinja flag",)"
                         R"("type":"server_error"}})",
                         Failure::kInvalidRequest},
                    Case{501, R"({"error":{"code":501,"message":"m","type":"not_supported_error"}})",
                         Failure::kInvalidRequest},
                    Case{500, R"({"error":{"message":"The server had an error","type":"server_error"}})",
                         Failure::kServerError}));

INSTANTIATE_TEST_SUITE_P(
    InsideAGoodStatus, ClassifyTest,
    testing::Values(
        Case{200, R"({"error":{"message":"m","code":429}})", Failure::kRateLimited},
        Case{200, R"({"error":{"message":"m","code":502}})", Failure::kServerError},
        Case{200, R"({"error":{"message":"m","type":"server_error"}})", Failure::kServerError},
        Case{200, R"({"error":{"message":"m","type":"rate_limit_error"}})", Failure::kRateLimited},
        Case{200, R"({"error":{"message":"m","type":"invalid_request_error"}})", Failure::kInvalidRequest},
        Case{200, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})",
             Failure::kOverloaded},
        Case{200, R"({"error":"something"})", Failure::kServerError}));

TEST(ClassifyRulesTest, AmazonsTypeCounts) {
  EXPECT_EQ(Of(400, R"({"message":"m"})", "ThrottlingException"), Failure::kRateLimited);
  EXPECT_EQ(Of(400, R"({"message":"m"})", "ServiceQuotaExceededException"), Failure::kQuotaExhausted);
  EXPECT_EQ(Of(400, R"({"message":"m"})", "UnrecognizedClientException"), Failure::kCredentials);
}

TEST(ClassifyRulesTest, AProviderThatAdvisesToRetryDoesNotBlameTheRequest) {
  EXPECT_EQ(Of(400, "", {}, true), Failure::kServerError);
  EXPECT_EQ(Of(400, "", {}, false), Failure::kInvalidRequest);
}

TEST(ClassifyRulesTest, PatternsAreLowerCase) {
  for (const Rule& rule : ClassificationRules()) {
    EXPECT_EQ(rule.pattern.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string_view::npos)
        << rule.pattern;
    EXPECT_NE(rule.statuses, 0);
  }
}

}  // namespace
}  // namespace spillway::providers
