#include "providers/finish_reason.h"

#include <gtest/gtest.h>

namespace spillway::providers {
namespace {

std::string_view Word(std::string_view native, CallsMade calls = {}) {
  return ResolveFinishReason(native, calls).word;
}

TEST(FinishReasonTest, EveryVendorsWordIsTranslated) {
  for (const char* word :
       {"stop", "eos", "end_turn", "stop_sequence", "pause_turn", "COMPLETE", "STOP", "", "new"}) {
    EXPECT_EQ(Word(word), "stop") << word;
  }
  for (const char* word :
       {"length", "max_tokens", "MAX_TOKENS", "model_length", "model_context_window_exceeded"}) {
    EXPECT_EQ(Word(word), "length") << word;
  }
  for (const char* word : {"tool_calls", "tool_use", "TOOL_CALL"})
    EXPECT_EQ(Word(word), "tool_calls") << word;
  for (const char* word : {"content_filter", "SAFETY", "refusal", "guardrail_intervened", "sensitive",
                           "RECITATION", "IMAGE_SAFETY", "content_filtered", "MODEL_ARMOR"}) {
    EXPECT_EQ(Word(word), "content_filter") << word;
  }
  EXPECT_EQ(Word("function_call"), "function_call");
  EXPECT_EQ(Word("FUNCTION_CALL", {.tools = true}), "tool_calls");
}

TEST(FinishReasonTest, ABreakdownIsAFailure) {
  for (const char* word : {"error", "network_error", "ERROR", "TIMEOUT", "MALFORMED_FUNCTION_CALL", "abort",
                           "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"}) {
    const FinishReason reason = ResolveFinishReason(word, {});
    EXPECT_EQ(reason.failure, router::Failure::kServerError) << word;
    EXPECT_EQ(reason.word, "");
  }
  EXPECT_EQ(ResolveFinishReason("insufficient_system_resource", {}).failure, router::Failure::kOverloaded);
  EXPECT_EQ(ResolveFinishReason("stop", {}).failure, std::nullopt);
}

TEST(FinishReasonTest, CallsSpeakWhereTheWordDoesNot) {
  for (const char* word : {"stop", "", "STOP", "end_turn"}) {
    EXPECT_EQ(Word(word, {.tools = true}), "tool_calls");
    EXPECT_EQ(Word(word, {.function = true}), "function_call");
  }
  EXPECT_EQ(Word("length", {.tools = true}), "length");
  EXPECT_EQ(Word("content_filter", {.tools = true}), "content_filter");
}

}  // namespace
}  // namespace spillway::providers
