// Every recorded exchange with an OpenAI-compatible provider, and every recorded or observed error of any
// provider.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "providers/failed_response.h"
#include "tests/replay/joined_stream.h"
#include "tests/replay/leaf_check.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/replay/stream_check.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using router::Failure;
using ::testing::IsEmpty;

std::string TextAt(const json::value& object, const char* name) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

std::int64_t CountAt(const json::value& object, const char* name) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

json::value ValueAt(const json::value& object, const char* name) {
  const json::value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value == nullptr ? json::value() : *value;
}

// The text of a message: a string, or the text parts of a list.
std::string ContentOf(const json::value& message) {
  const json::value content = ValueAt(message, "content");
  if (!content.is_array()) return TextAt(message, "content");
  std::string text;
  for (const auto& part : content.get_array()) {
    if (TextAt(part, "type") == "text") text += TextAt(part, "text");
  }
  return text;
}

void ExpectSameCalls(const json::value& message, const v1::Message& decoded) {
  const json::value calls = ValueAt(message, "tool_calls");
  const std::size_t count = calls.is_array() ? calls.get_array().size() : 0;
  ASSERT_EQ(static_cast<std::size_t>(decoded.tool_calls_size()), count);
  for (std::size_t i = 0; i < count; ++i) {
    const json::value& call = calls.get_array()[i];
    const v1::ToolCall& read = decoded.tool_calls(static_cast<int>(i));
    EXPECT_EQ(read.id(), TextAt(call, "id"));
    EXPECT_EQ(read.function().name(), TextAt(ValueAt(call, "function"), "name"));
    EXPECT_EQ(read.function().arguments(), TextAt(ValueAt(call, "function"), "arguments"));
  }
}

// The five words, from a recording's own one.
std::string ExpectedFinish(const json::value& choice) {
  const std::string word = TextAt(choice, "finish_reason");
  const json::value calls = ValueAt(ValueAt(choice, "message"), "tool_calls");
  const bool called = calls.is_array() && !calls.get_array().empty();
  static const std::map<std::string, std::string> kSame = {{"length", "length"},
                                                           {"tool_calls", "tool_calls"},
                                                           {"content_filter", "content_filter"},
                                                           {"function_call", "function_call"}};
  const auto same = kSame.find(word);
  if (same != kSame.end()) return same->second;
  return called ? "tool_calls" : "stop";
}

void ExpectSameUsage(const json::value& usage, const v1::Usage& decoded) {
  const std::int64_t prompt = CountAt(usage, "prompt_tokens");
  const std::int64_t total = CountAt(usage, "total_tokens");
  const std::int64_t reasoning = CountAt(ValueAt(usage, "completion_tokens_details"), "reasoning_tokens");
  const std::int64_t cached =
      std::max({CountAt(ValueAt(usage, "prompt_tokens_details"), "cached_tokens"),
                CountAt(usage, "cached_tokens"), CountAt(usage, "prompt_cache_hit_tokens")});
  EXPECT_EQ(decoded.prompt_tokens(), prompt);
  // In every recording the total is right, whatever it is the total of.
  EXPECT_EQ(decoded.total_tokens(), total);
  EXPECT_EQ(decoded.completion_tokens(), total - prompt);
  EXPECT_EQ(decoded.reasoning_tokens(), reasoning);
  EXPECT_EQ(decoded.cached_tokens(), cached);
}

void ExpectSameAnswer(const std::string& text, const v1::ChatResponse& answer) {
  const json::value body = json::parse(text);
  EXPECT_EQ(answer.id(), TextAt(body, "id"));
  EXPECT_EQ(answer.model(), TextAt(body, "model"));
  EXPECT_EQ(answer.created(), CountAt(body, "created"));
  const json::array choices = ValueAt(body, "choices").as_array();
  ASSERT_EQ(static_cast<std::size_t>(answer.choices_size()), choices.size());
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const v1::Choice& read = answer.choices(static_cast<int>(i));
    const json::value message = ValueAt(choices[i], "message");
    EXPECT_EQ(read.index(), CountAt(choices[i], "index"));
    EXPECT_EQ(read.message().role(), v1::ROLE_ASSISTANT);
    const json::value content = ValueAt(message, "content");
    if (content.is_object()) {
      EXPECT_EQ(json::parse(read.message().content()), content);
    } else {
      EXPECT_EQ(read.message().content(), ContentOf(message));
    }
    EXPECT_EQ(read.message().refusal(), TextAt(message, "refusal"));
    EXPECT_EQ(read.finish_reason(), ExpectedFinish(choices[i]));
    ExpectSameCalls(message, read.message());
  }
  ExpectSameUsage(ValueAt(body, "usage"), answer.usage());
  EXPECT_THAT(LostLeaves(text, answer), IsEmpty());
}

const std::map<std::string, Failure>& ClassOfTag() {
  static const std::map<std::string, Failure> kClasses = {
      {"bad_request", Failure::kInvalidRequest},
      {"invalid_api_key", Failure::kCredentials},
      {"permission", Failure::kCredentials},
      {"model_not_found", Failure::kModelNotFound},
      {"context_length", Failure::kContextLength},
      {"rate_limit", Failure::kRateLimited},
      {"server_error", Failure::kServerError},
      {"overloaded", Failure::kOverloaded},
      {"quota", Failure::kQuotaExhausted},
      {"content_filter", Failure::kContentFilter},
      // Above the account's limit whenever it is sent: see classify.h.
      {"too_large", Failure::kContextLength},
  };
  return kClasses;
}

// Errors that are tagged by their status, while their text says more.
struct Correction {
  std::string_view tag;
  std::string_view text;
  Failure failure;
};

constexpr Correction kCorrections[] = {
    // A model that is not there, reported with a plain 400.
    {"bad_request", "Invalid model", Failure::kModelNotFound},
    {"bad_request", "is not a valid model ID", Failure::kModelNotFound},
    // xAI reports a wrong key as 400.
    {"bad_request", "Incorrect API key", Failure::kCredentials},
    // llama.cpp reports its callers' mistakes as 500: nothing is wrong with the server.
    {"server_error", "requires --jinja flag", Failure::kInvalidRequest},
};

Failure ExpectedFailure(const Recording& recording) {
  const std::string tag = recording.TagValue("err:").value_or("");
  for (const Correction& correction : kCorrections) {
    if (correction.tag == tag && recording.response.body.find(correction.text) != std::string::npos) {
      return correction.failure;
    }
  }
  const auto found = ClassOfTag().find(tag);
  EXPECT_NE(found, ClassOfTag().end()) << "a tag this test does not know: " << tag;
  return found == ClassOfTag().end() ? Failure::kConnect : found->second;
}

std::vector<Recording> MustRead(const std::filesystem::path& folder) {
  auto recordings = ReadRecordingFolder(folder);
  EXPECT_TRUE(recordings.ok()) << recordings.status();
  return recordings.ok() ? *std::move(recordings) : std::vector<Recording>();
}

TEST(LeafCheckTest, WhatDecodingLosesIsNamed) {
  v1::ChatResponse decoded;
  decoded.set_id("a");
  decoded.add_choices()->mutable_message()->set_content("x");
  const std::string body =
      R"({"id":"a","n":0,"model":"m","choices":[{"message":{"content":"x","seen":[1]}},{"index":1}]})";
  EXPECT_THAT(
      LostLeaves(body, decoded),
      ::testing::ElementsAre(R"(model = "m")", "choices.0.message.seen.0 = 1", "choices.1.index = 1"));
}

// Whether the API answers in OpenAI's form; each of the others has a test of its own.
bool AnswersLikeOpenAi(const Recording& recording) {
  const auto api = ApiOf(recording.provider);
  return api == v1::API_OPENAI || api == v1::API_AZURE_OPENAI || api == v1::API_MISTRAL;
}

TEST(RecordingsTest, AnswersInOpenAisFormAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int read = 0;
  for (const Recording& recording : MustRead(*folder / "recordings")) {
    const Replayed replayed = Replay(recording);
    if (recording.IsStream() || recording.HasTag("error") || !AnswersLikeOpenAi(recording)) continue;
    SCOPED_TRACE(recording.id);
    ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
    ExpectSameAnswer(recording.response.body, *replayed.answer());
    ++read;
  }
  EXPECT_GT(read, 0);
}

// The stream as far as it is waited for: until each choice has ended and the usage is there.
json::object JoinedUntilWhole(const Recording& recording) {
  const auto events = EventsOf(recording.response.body, FramingOf(recording));
  json::object joined;
  for (auto end = events.begin(); end != events.end();) {
    joined = Join(v1::API_OPENAI, {events.begin(), ++end});
    const std::size_t choices = joined.at("choices").is_array() ? joined.at("choices").as_array().size() : 0;
    const std::size_t wanted = std::max(choices, static_cast<std::size_t>(ChoicesAskedFor(recording)));
    if (EndedChoices(v1::API_OPENAI, joined) >= wanted && joined.contains("usage")) break;
  }
  return joined;
}

TEST(RecordingsTest, StreamsInOpenAisFormAreReadWholly) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int read = 0;
  int failed = 0;
  for (const Recording& recording : MustRead(*folder / "recordings")) {
    if (!recording.IsStream() || !AnswersLikeOpenAi(recording)) continue;
    SCOPED_TRACE(recording.id);
    const Replayed replayed = Replay(recording);
    const json::object joined = JoinedUntilWhole(recording);
    if (joined.contains("error")) {
      ASSERT_NE(replayed.failure(), nullptr);
      EXPECT_EQ(replayed.failure()->message, TextAt(joined.at("error"), "message"));
      EXPECT_FALSE(IsUndecodable(replayed));
      ++failed;
      continue;
    }
    ExpectLikeUnary(recording, joined, replayed);
    ASSERT_NE(replayed.answer(), nullptr);
    ExpectSameAnswer(json::serialize(joined), *replayed.answer());
    ++read;
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(failed, 0);
}

TEST(RecordingsTest, ErrorsGetTheirClassFromTheCodec) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int read = 0;
  for (const Recording& recording : MustRead(*folder / "recordings")) {
    const Replayed replayed = Replay(recording);
    if (!replayed.decoded || recording.IsStream() || !recording.HasTag("error")) continue;
    SCOPED_TRACE(recording.id);
    ASSERT_NE(replayed.failure(), nullptr);
    EXPECT_EQ(router::TraitsOf(replayed.failure()->failure).name,
              router::TraitsOf(ExpectedFailure(recording)).name);
    EXPECT_EQ(replayed.failure()->http_status, recording.response.status);
    EXPECT_FALSE(replayed.failure()->message.empty());
    ++read;
  }
  EXPECT_GT(read, 0);
}

// The shared parser knows the shapes of every API, also of those whose codec is not asked here.
void ExpectClassified(const std::vector<Recording>& recordings) {
  int read = 0;
  for (const Recording& recording : recordings) {
    if (recording.IsStream() || !recording.TagValue("err:")) continue;
    SCOPED_TRACE(recording.id);
    const router::FailedAttempt failed = providers::ReadFailure(recording.response, {});
    EXPECT_EQ(router::TraitsOf(failed.failure).name, router::TraitsOf(ExpectedFailure(recording)).name)
        << recording.response.body;
    ++read;
  }
  EXPECT_GT(read, 0);
}

TEST(RecordingsTest, ErrorsOfEveryProviderAreClassified) {
  SPILLWAY_FIND_RECORDINGS(folder);
  ExpectClassified(MustRead(*folder / "recordings"));
}

TEST(RecordingsTest, ObservedErrorsOfEveryProviderAreClassified) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto observed = ReadRecordings(*folder / "observed-errors.jsonl");
  ASSERT_TRUE(observed.ok()) << observed.status();
  ExpectClassified(*observed);
}

}  // namespace
}  // namespace spillway::replay
