#include "providers/classify_rules.h"

namespace spillway::providers {
namespace {

using enum router::Failure;
using enum Look;

// clang-format off
constexpr Rule kRules[] = {
    // Google says "quota" for what is a rate, and for a day's worth. The name of the quota says which is which.
    {kThrottled | kInside, kQuota, "perday", kQuotaExhausted},
    {kThrottled | kInside, kText, "credits are depleted", kQuotaExhausted},
    {kThrottled | kInside, kWord, "resource_exhausted", kRateLimited},

    // No credit, no quota: 429, 402, 400 or 403 by vendor.
    {kAnywhere, kWord, "insufficient_quota", kQuotaExhausted},
    {kAnywhere, kWord, "billing_error", kQuotaExhausted},
    {kAnywhere, kWord, "billing_hard_limit_reached", kQuotaExhausted},
    {kAnywhere, kWord, "billing_not_active", kQuotaExhausted},
    {kAnywhere, kWord, "insufficient_balance", kQuotaExhausted},
    {kAnywhere, kWord, "insufficient_credits", kQuotaExhausted},
    {kAnywhere, kWord, "servicequotaexceededexception", kQuotaExhausted},
    {kAnywhere, kText, "credit balance is too low", kQuotaExhausted},
    {kAnywhere, kText, "insufficient balance", kQuotaExhausted},
    {kAnywhere, kText, "insufficient credits", kQuotaExhausted},
    {kAnywhere, kText, "used all available credits", kQuotaExhausted},
    {kAnywhere, kText, "used up your credits", kQuotaExhausted},
    {kAnywhere, kText, "monthly spending limit", kQuotaExhausted},
    {kAnywhere, kText, "key limit exceeded", kQuotaExhausted},
    {kAnywhere, kText, "reached your specified api usage limits", kQuotaExhausted},
    {kAnywhere, kText, "run out of credits", kQuotaExhausted},
    {kAnywhere, kText, "doesn't have any credits", kQuotaExhausted},
    {kAnywhere, kText, "daily free allocation", kQuotaExhausted},
    {kAnywhere, kText, "valid payment instrument", kQuotaExhausted},
    {kBad | kForbidden, kWord, "arrearage", kQuotaExhausted},
    {kBad | kForbidden, kWord, "billing_disabled", kQuotaExhausted},
    {kThrottled | kInside, kText, "free-models-per-day", kQuotaExhausted},
    {kThrottled | kInside, kText, "api calls / month", kQuotaExhausted},
    {kThrottled | kForbidden, kWord, "usage_limit_reached", kQuotaExhausted},
    {kThrottled | kForbidden, kText, "reached your usage limit", kQuotaExhausted},
    // The gateway that stands before Azure's services.
    {kThrottled | kForbidden, kText, "out of call volume quota", kQuotaExhausted},
    {kThrottled | kForbidden, kText, "exceeded your current quota", kQuotaExhausted},
    {kThrottled | kForbidden, kText, "check your plan and billing", kQuotaExhausted},
    {kThrottled | kForbidden, kText, "check plan and billing", kQuotaExhausted},

    // The safety system.
    {kBad | kForbidden | kInside, kWord, "content_filter", kContentFilter},
    {kBad | kForbidden | kInside, kWord, "content_policy_violation", kContentFilter},
    {kBad | kForbidden | kInside, kWord, "responsibleaipolicyviolation", kContentFilter},
    {kBad | kForbidden | kInside, kWord, "data_inspection_failed", kContentFilter},
    {kBad | kForbidden | kInside, kText, "content management policy", kContentFilter},
    {kBad | kForbidden | kInside, kText, "content filtering policy", kContentFilter},
    {kBad | kForbidden | kInside, kWord, "moderation_blocked", kContentFilter},
    {kBad | kForbidden | kInside, kText, "blocked by content moderation", kContentFilter},
    {kBad | kForbidden | kInside, kText, "blocked input", kContentFilter},
    {kBad | kForbidden | kInside, kText, "blocked output", kContentFilter},
    {kBad | kForbidden | kInside, kText, "input was flagged", kContentFilter},
    {kBad | kForbidden | kInside, kText, "flagged as potentially violating", kContentFilter},
    {kBad | kForbidden | kInside, kText, "rejected as a result of our safety system", kContentFilter},
    {kBad | kForbidden | kInside, kText, "violates usage guidelines", kContentFilter},
    {kBad | kForbidden | kInside, kText, "content exists risk", kContentFilter},
    {kBad | kForbidden | kInside, kText, "unsafe or sensitive content", kContentFilter},

    // Gemini, of a file that has run out or is another project's: the request's fault, not the key's.
    {kForbidden | kMissing, kText, "permission to access the file", kInvalidRequest},

    // Wrong keys that do not come as 401, and places the provider does not serve.
    {kBad | kInside, kWord, "api_key_invalid", kCredentials},
    {kBad | kInside, kWord, "invalid_api_key", kCredentials},
    {kBad | kInside, kWord, "authentication_error", kCredentials},
    {kBad | kInside, kWord, "permission_error", kCredentials},
    {kBad | kInside, kWord, "unauthenticated", kCredentials},
    {kBad | kInside, kWord, "permission_denied", kCredentials},
    {kBad | kInside, kWord, "expiredtokenexception", kCredentials},
    {kBad | kInside, kWord, "unrecognizedclientexception", kCredentials},
    {kBad | kInside, kWord, "invalidsignatureexception", kCredentials},
    {kBad | kInside, kWord, "incompletesignature", kCredentials},
    {kBad | kInside, kWord, "accessdeniedexception", kCredentials},
    {kBad | kInside, kText, "incorrect api key", kCredentials},
    {kBad | kInside, kText, "invalid api key", kCredentials},
    {kBad | kInside, kText, "api key not valid", kCredentials},
    {kBad | kInside, kText, "api key expired", kCredentials},
    {kBad | kInside, kText, "location is not supported", kCredentials},
    {kBad | kInside, kWord, "organization_restricted", kCredentials},
    {kBad | kInside, kText, "organization has been disabled", kCredentials},
    // Bedrock, to an account that may not use it (yet).
    {kBad | kInside, kText, "operation not allowed", kCredentials},

    // Longer than the model can read.
    {kBad | kTooLarge | kServer | kInside, kWord, "context_length_exceeded", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kWord, "exceed_context_size_error", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kWord, "too_many_prompt_tokens", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kWord, "too_many_tokens", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "context_length_exceeded", kContextLength},
    {kBad | kInside, kWord, "request_too_large", kContextLength},
    {kBad | kInside, kText, "context window", kContextLength},
    {kBad | kInside, kText, "context size", kContextLength},
    {kBad | kInside, kText, "greater than the context length", kContextLength},
    {kBad | kInside, kText, "maximum prompt length", kContextLength},
    {kBad | kInside, kText, "prompt exceeds max length", kContextLength},
    {kBad | kInside, kText, "prompt token count", kContextLength},
    {kBad | kInside, kText, "input token limit exceeded", kContextLength},
    {kBad | kInside, kText, "exceeded model token limit", kContextLength},
    {kBad | kInside, kText, "request payload size exceeds", kContextLength},
    // vLLM's arithmetic: what the prompt leaves of the window is less than nothing.
    {kBad | kInside, kText, "max_tokens must be at least 1, got -", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "maximum context length", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "max context length", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "exceeds the available context size", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "exceed context limit", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "exceeds the context", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "exceeds the model's context", kContextLength},
    {kBad | kTooLarge | kServer | kInside, kText, "longer than the model's context", kContextLength},
    {kBad | kInside, kText, "prompt is too long", kContextLength},
    {kBad | kInside, kText, "prompt too long", kContextLength},
    {kBad | kInside, kText, "input is too long", kContextLength},
    {kBad | kInside, kText, "input tokens exceeded", kContextLength},
    {kBad | kInside, kText, "input token count", kContextLength},
    {kBad | kInside, kText, "too many tokens", kContextLength},
    {kBad | kInside, kText, "reduce the length of the messages", kContextLength},
    {kBad | kInside, kText, "`max_new_tokens` must be <=", kContextLength},

    // Larger than the account's limit would ever let through.
    {kThrottled | kTooLarge, kText, "request too large", kContextLength},
    {kThrottled | kTooLarge, kText, "tokens must be reduced in order to run", kContextLength},
    // Anthropic's long context, for accounts that have not paid for it.
    {kThrottled, kText, "required for long context requests", kContextLength},

    // No such model, said with a 400.
    {kBad | kInside, kWord, "model_not_found", kModelNotFound},
    {kBad | kInside, kWord, "deploymentnotfound", kModelNotFound},
    {kBad | kInside, kWord, "invalid_model", kModelNotFound},
    {kBad | kInside, kWord, "model_not_available", kModelNotFound},
    {kBad | kInside, kWord, "model_not_supported", kModelNotFound},
    {kBad | kInside, kWord, "model_decommissioned", kModelNotFound},
    {kBad | kInside, kWord, "not_found_error", kModelNotFound},
    {kBad | kInside, kWord, "not_found", kModelNotFound},
    {kBad | kInside, kText, "is not a valid model id", kModelNotFound},
    {kBad | kInside, kText, "model identifier is invalid", kModelNotFound},
    {kBad | kInside, kText, "on-demand throughput isn", kModelNotFound},
    {kBad | kInside, kText, "model not exist", kModelNotFound},
    {kBad | kInside, kText, "model does not exist", kModelNotFound},
    {kBad | kInside, kText, "model not found", kModelNotFound},
    {kBad | kInside, kText, "invalid model:", kModelNotFound},
    {kBad | kInside, kText, "invalid model name", kModelNotFound},
    {kBad | kInside, kText, "unknown model", kModelNotFound},
    {kBad | kInside, kText, "supported api model names", kModelNotFound},
    {kBad | kInside, kText, "does not exist or you do not have access", kModelNotFound},
    {kBad | kInside, kText, "end of its life", kModelNotFound},
    // Azure: a deployment, or a version of the API, that cannot do this. Both are ours, not the caller's.
    {kBad | kInside, kText, "operation does not work with the specified model", kModelNotFound},
    {kBad | kInside, kText, "api version not supported", kModelNotFound},
    {kBad | kInside, kText, "is enabled only for api versions", kModelNotFound},

    // No capacity, whatever the number.
    {kThrottled | kServer | kInside, kWord, "overloaded_error", kOverloaded},
    {kThrottled | kServer | kInside, kWord, "engine_overloaded", kOverloaded},
    {kThrottled | kServer | kInside, kWord, "engine_overloaded_error", kOverloaded},
    {kThrottled | kServer | kInside, kWord, "serviceunavailableexception", kOverloaded},
    {kThrottled | kServer | kInside, kWord, "service_unavailable", kOverloaded},
    {kBad | kThrottled | kServer | kInside, kWord, "capacity_exceeded", kOverloaded},
    {kThrottled | kServer | kInside, kWord, "nocapacity", kOverloaded},
    {kServer | kInside, kWord, "unavailable", kOverloaded},
    {kThrottled | kServer | kInside, kText, "overloaded", kOverloaded},
    {kThrottled | kServer | kInside, kText, "capacity exceeded", kOverloaded},
    {kThrottled | kServer | kInside, kText, "over capacity", kOverloaded},
    {kThrottled | kServer | kInside, kText, "at capacity", kOverloaded},
    {kThrottled | kServer | kInside, kText, "no capacity", kOverloaded},

    // llama.cpp's answers to what its caller got wrong: it throws, and every throw is a 500.
    {kServer, kWord, "not_supported_error", kInvalidRequest},
    {kServer, kText, "param requires --jinja flag", kInvalidRequest},
    {kServer, kText, "cannot use both json_schema and grammar", kInvalidRequest},
    {kServer, kText, "cannot use custom grammar constraints with tools", kInvalidRequest},
    {kServer, kText, "image input is not supported", kInvalidRequest},
    {kServer, kText, "audio input is not supported", kInvalidRequest},
    {kServer, kText, "response_format type must be one of", kInvalidRequest},

    // Rates under another status than 429.
    {kBad | kServer | kInside, kWord, "throttlingexception", kRateLimited},
    {kBad | kServer | kInside, kWord, "rate_limit_exceeded", kRateLimited},
    {kBad | kServer | kInside, kWord, "rate_limit_error", kRateLimited},
    {kBad | kServer | kInside, kWord, "rate_limited", kRateLimited},

    // What else an error inside a 200 may name.
    {kInside, kWord, "invalid_request_error", kInvalidRequest},
    {kInside, kWord, "invalid_argument", kInvalidRequest},
};
// clang-format on

}  // namespace

std::span<const Rule> ClassificationRules() { return kRules; }

}  // namespace spillway::providers
