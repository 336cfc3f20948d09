#include "router/fail_on.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace spillway::router {
namespace {

FailedAttempt Attempt(Failure failure, int http_status = 0) {
  FailedAttempt attempt;
  attempt.failure = failure;
  attempt.http_status = http_status;
  return attempt;
}

FailOn Words(const std::vector<std::string>& words) {
  std::string bad_word;
  const auto fail_on = FailOn::Parse(words, &bad_word);
  EXPECT_TRUE(fail_on) << bad_word;
  return fail_on.value_or(FailOn());
}

// The failures a policy with `words` spills on when no status line was received.
std::vector<std::string> ClassesOf(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const FailureTraits& traits : AllFailureTraits()) {
    if (Words(words).Matches(Attempt(traits.failure))) names.emplace_back(traits.name);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(FailOnTest, ByDefaultEveryFailureDecidesForItself) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    EXPECT_EQ(FailOn().Matches(Attempt(traits.failure)), traits.spills) << traits.name;
    EXPECT_EQ(Words({}).Matches(Attempt(traits.failure)), traits.spills) << traits.name;
  }
  // The status does not overrule the class: an invalid request is one under any number.
  EXPECT_FALSE(FailOn().Matches(Attempt(Failure::kInvalidRequest, 500)));
  EXPECT_TRUE(FailOn().Matches(Attempt(Failure::kModelNotFound, 400)));
}

TEST(FailOnTest, AWordCoversItsClassesAndNoOthers) {
  EXPECT_EQ(ClassesOf({"error"}), (Names{"connect", "truncated", "malformed"}));
  EXPECT_EQ(ClassesOf({"timeout"}), (Names{"timeout", "first_token_timeout", "stalled"}));
  EXPECT_EQ(ClassesOf({"invalid_header"}), (Names{"malformed"}));
  EXPECT_EQ(ClassesOf({"non_idempotent"}), Names{});
  EXPECT_EQ(ClassesOf({"5xx"}), Names{});
  EXPECT_EQ(ClassesOf({"rate_limited", "content_filter"}), (Names{"rate_limited", "content_filter"}));
}

TEST(FailOnTest, AStatusMatchesTheStatusReceivedAndNothingElse) {
  for (const char* word : {"429", "http_429"}) {
    const FailOn fail_on = Words({word});
    EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kRateLimited, 429)));
    EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kQuotaExhausted, 429)));
    EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kRateLimited, 503)));
    EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kRateLimited)));
    EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kServerError, 500)));
    EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kConnect)));
  }
}

TEST(FailOnTest, AClassCoversItsHundredStatuses) {
  const FailOn fail_on = Words({"5xx"});
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kServerError, 500)));
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kOverloaded, 529)));
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kServerError, 599)));
  EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kRateLimited, 499)));
  EXPECT_TRUE(Words({"4xx"}).Matches(Attempt(Failure::kRateLimited, 400)));
  EXPECT_TRUE(Words({"4xx"}).Matches(Attempt(Failure::kRateLimited, 499)));
  EXPECT_FALSE(Words({"4xx"}).Matches(Attempt(Failure::kServerError, 500)));
}

TEST(FailOnTest, StatusesNobodyListsNeverMatch) {
  const FailOn fail_on = Words({"4xx", "5xx"});
  for (const int status : {-1, 0, 200, 600, 999, 100000}) {
    EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kServerError, status))) << status;
  }
}

TEST(FailOnTest, AnExplicitListReplacesTheDefault) {
  const FailOn fail_on = Words({"http_500", "timeout"});
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kServerError, 500)));
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kTimeout)));
  EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kRateLimited, 429)));
  EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kConnect)));
  // A list of nothing but a word without effect is still a list.
  EXPECT_FALSE(Words({"non_idempotent"}).Matches(Attempt(Failure::kConnect)));
}

TEST(FailOnTest, NoListSpillsACancelOrASpentDeadline) {
  for (const Failure failure : {Failure::kCancelled, Failure::kDeadline}) {
    EXPECT_FALSE(Words({"error", "timeout", "4xx", "5xx"}).Matches(Attempt(failure, 504)));
  }
}

TEST(FailOnTest, KongsCriteriaAreUnderstood) {
  const FailOn fail_on = Words({"error", "timeout", "invalid_header", "http_500", "http_502", "http_503",
                                "http_504", "http_403", "http_404", "http_429", "non_idempotent"});
  EXPECT_TRUE(fail_on.Matches(Attempt(Failure::kCredentials, 403)));
  EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kCredentials, 401)));
  EXPECT_FALSE(fail_on.Matches(Attempt(Failure::kServerError, 501)));
}

TEST(FailOnTest, AWordThatMeansNothingIsNamed) {
  for (const char* word : {"", "errors", "6xx", "xx", "5XX", "42", "4290", "http_", "http_42", "http_5xx",
                           "200", "299", "600", "http_600", "-50", "+50", "4 9", "cancelled", "deadline"}) {
    std::string bad_word = "untouched";
    EXPECT_FALSE(FailOn::Parse({"error", word, "worse"}, &bad_word)) << word;
    EXPECT_EQ(bad_word, word);
  }
  std::string bad_word = "untouched";
  EXPECT_TRUE(FailOn::Parse({"300", "http_599"}, &bad_word));
  EXPECT_EQ(bad_word, "untouched");
}

}  // namespace
}  // namespace spillway::router
