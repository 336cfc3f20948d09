#include <gtest/gtest.h>

#include <string>

#include "providers/json_document.h"
#include "providers/openai_usage_reader.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

v1::Usage Read(const std::string& text) {
  const JsonDocument document(text);
  v1::Usage usage;
  ReadOpenAiUsage(document.root().get_object(), usage);
  return usage;
}

TEST(OpenAiUsageTest, DetailsArePartsOfTheSums) {
  EXPECT_TRUE(SameProto(Read(R"({"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,)"
                             R"("prompt_tokens_details":{"cached_tokens":4,"audio_tokens":1},)"
                             R"("completion_tokens_details":{"reasoning_tokens":5}})"),
                        R"(prompt_tokens: 10 completion_tokens: 20 total_tokens: 30 cached_tokens: 4
                           reasoning_tokens: 5
                           extra { fields { key: "prompt_tokens_details" value { struct_value {
                             fields { key: "audio_tokens" value { number_value: 1 } } } } } })"));
}

TEST(OpenAiUsageTest, ReasoningBesideCompletionIsAddedToIt) {
  EXPECT_TRUE(SameProto(Read(R"({"prompt_tokens":307,"completion_tokens":26,"total_tokens":588,)"
                             R"("completion_tokens_details":{"reasoning_tokens":255}})"),
                        "prompt_tokens: 307 completion_tokens: 281 total_tokens: 588 reasoning_tokens: 255"));
}

TEST(OpenAiUsageTest, CachedTokensHaveSeveralNames) {
  EXPECT_EQ(Read(R"({"prompt_tokens":9,"cached_tokens":3})").cached_tokens(), 3);
  EXPECT_EQ(Read(R"({"prompt_tokens":9,"prompt_cache_hit_tokens":3})").cached_tokens(), 3);
  EXPECT_TRUE(SameProto(Read(R"({"prompt_cache_hit_tokens":3,"prompt_tokens_details":{"cached_tokens":2}})"),
                        R"(cached_tokens: 2 extra { fields {
                             key: "prompt_cache_hit_tokens" value { number_value: 3 } } })"));
}

TEST(OpenAiUsageTest, NoFigureOfACacheIsNone) {
  EXPECT_TRUE(SameProto(Read(R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":null}})"),
                        "prompt_tokens: 9 total_tokens: 9"));
}

TEST(OpenAiUsageTest, ATotalThatIsNoSumIsKeptAside) {
  EXPECT_TRUE(SameProto(Read(R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":50})"),
                        R"(prompt_tokens: 1 completion_tokens: 2 total_tokens: 3
                           extra { fields { key: "total_tokens" value { number_value: 50 } } })"));
  EXPECT_EQ(Read(R"({"prompt_tokens":1,"completion_tokens":2})").total_tokens(), 3);
}

TEST(OpenAiUsageTest, MoreReasoningThanCompletionIsBelieved) {
  const auto usage = Read(R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,)"
                          R"("completion_tokens_details":{"reasoning_tokens":9}})");
  EXPECT_EQ(usage.completion_tokens(), 2);
  EXPECT_EQ(usage.reasoning_tokens(), 9);
}

TEST(OpenAiUsageTest, FiguresThatAreNoneStayInExtra) {
  EXPECT_TRUE(SameProto(Read(R"({"prompt_tokens":"many","completion_tokens":-2,"total_tokens":1e300,)"
                             R"("prompt_tokens_details":null,"completion_tokens_details":7,"cost":0.5})"),
                        R"(extra {
                             fields { key: "prompt_tokens" value { string_value: "many" } }
                             fields { key: "completion_tokens" value { number_value: -2 } }
                             fields { key: "total_tokens" value { number_value: 1e300 } }
                             fields { key: "completion_tokens_details" value { number_value: 7 } }
                             fields { key: "cost" value { number_value: 0.5 } } })"));
}

TEST(OpenAiUsageTest, TheNewerNamesAreReadToo) {
  EXPECT_TRUE(SameProto(
      Read(R"({"input_tokens":1,"output_tokens":2,"total_tokens":3,"reasoning_tokens":1,)"
           R"("input_tokens_details":{"cached_tokens":1},"output_tokens_details":{}})"),
      "prompt_tokens: 1 completion_tokens: 2 total_tokens: 3 cached_tokens: 1 reasoning_tokens: 1"));
}

}  // namespace
}  // namespace spillway::providers
