// What the door answers with, beside what was recorded: answers of every API in OpenAI's form, whole and as
// a stream, read again by the codec of OpenAI's.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "providers/codec.h"
#include "providers/json_document.h"
#include "providers/openai_chunk_encoder.h"
#include "providers/openai_response_encoder.h"
#include "tests/providers/openai_said.h"
#include "tests/providers/openai_schema.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/support/stream_run.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;

constexpr char kEventStream[] = "text/event-stream";

::testing::AssertionResult Same(const v1::ChatResponse& expected, const v1::ChatResponse& actual) {
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(expected, actual)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << difference;
}

// What was recorded of an answer, and how many it found for each API.
template <typename Check>
std::map<v1::Api, int> ForEachAnswer(const std::filesystem::path& folder, Check check) {
  std::map<v1::Api, int> found;
  const auto recordings = ReadRecordingFolder(folder / "recordings");
  EXPECT_TRUE(recordings.ok()) << recordings.status();
  if (!recordings.ok()) return found;
  for (const Recording& recording : *recordings) {
    const Replayed replayed = Replay(recording);
    if (replayed.answer() == nullptr) continue;
    SCOPED_TRACE(recording.id);
    check(recording, replayed);
    ++found[ApiOf(recording).value()];
  }
  return found;
}

void ExpectEveryApi(const std::map<v1::Api, int>& found) {
  for (int api = v1::Api_MIN + 1; api <= v1::Api_MAX; ++api) {
    EXPECT_GT(found.count(static_cast<v1::Api>(api)), 0u) << v1::Api_Name(static_cast<v1::Api>(api));
  }
}

json::value Parse(const std::string& text) {
  const providers::JsonDocument document(text);
  EXPECT_TRUE(document.ok()) << document.problem() << " in " << text;
  return json::value(document.root(), json::storage_ptr());
}

TEST(OpenAiAnswersTest, AnAnswerOfAnyApiIsTheSameReadAgain) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto openai = providers::MakeCodec(v1::API_OPENAI, {});
  ExpectEveryApi(ForEachAnswer(*folder, [&](const Recording&, const Replayed& replayed) {
    const std::string body = providers::EncodeOpenAiResponse(*replayed.answer(), {});
    EXPECT_THAT(providers::OpenAiSchema::OfCompletion(Parse(body)), IsEmpty()) << body;
    const auto decoded = openai->Decode({200, {{"content-type", "application/json"}}, body}, {});
    const auto* again = std::get_if<v1::ChatResponse>(&decoded);
    ASSERT_NE(again, nullptr) << std::get<router::FailedAttempt>(decoded).message << body;
    EXPECT_TRUE(Same(providers::Said(*replayed.answer()), *again)) << body;
  }));
}

// Every scalar by its path; what says nothing is left out.
using Leaves = std::map<std::string, std::string>;

void AddLeaves(const json::value& value, const std::string& path, Leaves& out) {
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      AddLeaves(member.value(), absl::StrCat(path, path.empty() ? "" : ".", std::string(member.key())), out);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      AddLeaves(value.get_array()[i], absl::StrCat(path, ".", i), out);
    }
  } else if (value.is_number()) {
    out[path] = absl::StrCat(value.to_number<double>());
  } else if (!value.is_null() && value != json::value("")) {
    out[path] = json::serialize(value);
  }
}

std::string At(const Leaves& leaves, const std::string& path) {
  const auto found = leaves.find(path);
  return found == leaves.end() ? "" : found->second;
}

struct Rename {
  std::regex path;
  const char* to;
};

// One name for what has several, in what was recorded and in what is written of it.
const std::vector<Rename>& Renames() {
  static const std::vector<Rename> kRenames = {
      // The kind of document.
      {std::regex("^object$"), ""},
      // The name most servers have for it.
      {std::regex("\\.message\\.reasoning$"), ".message.reasoning_content"},
      {std::regex("^usage\\.prompt_cache_hit_tokens$"), "usage.prompt_tokens_details.cached_tokens"},
      // What is Mistral's own is kept under its name.
      {std::regex("\\.mistral\\."), "."},
  };
  return kRenames;
}

Leaves LeavesOf(const std::string& body) {
  Leaves leaves;
  AddLeaves(Parse(body), "", leaves);
  Leaves out;
  for (const auto& [path, value] : leaves) {
    std::string name = path;
    for (const Rename& rename : Renames()) {
      name = std::regex_replace(name, rename.path, rename.to);
    }
    // No tokens are as good as none told.
    if (!name.empty() && !(absl::StartsWith(name, "usage.") && value == "0")) out[name] = value;
  }
  return out;
}

// What writing an answer of OpenAI's family again may change of it; nothing else differs.
bool MayDiffer(const std::string& path, const Leaves& recorded, const Leaves& written) {
  const std::string before = At(recorded, path);
  const std::string after = At(written, path);
  if (absl::EndsWith(path, ".finish_reason")) {
    // In OpenAI's words; the provider's own, if it has one, beside it.
    const std::string choice = path.substr(0, path.rfind('.'));
    return !after.empty() && At(written, choice + ".native_finish_reason") == before;
  }
  if (path == "usage.completion_tokens") {
    // Of a provider that does not count its reasoning among them.
    const std::string reasoning = "usage.completion_tokens_details.reasoning_tokens";
    return std::stoi(after) == std::stoi(before) + std::stoi(At(recorded, reasoning));
  }
  // Added where there was none.
  if (!before.empty()) return false;
  if (std::regex_search(path, std::regex("tool_calls\\.\\d+\\.type$"))) return true;
  // The text of a content in parts.
  const std::string message = path.substr(0, path.rfind('.'));
  const bool parts = !At(recorded, message + ".content.0.type").empty();
  return parts && (path == message + ".content" || path == message + ".reasoning_content");
}

std::vector<std::string> Differences(const Leaves& recorded, const Leaves& written) {
  std::set<std::string> paths;
  for (const Leaves* leaves : {&recorded, &written}) {
    for (const auto& leaf : *leaves) paths.insert(leaf.first);
  }
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    const std::string before = At(recorded, path);
    const std::string after = At(written, path);
    if (before == after || MayDiffer(path, recorded, written)) continue;
    out.push_back(absl::StrCat(path, ": ", before, " -> ", after));
  }
  return out;
}

TEST(OpenAiAnswersTest, ABodyOfOpenAisFamilyIsWrittenAsItCame) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int compared = 0;
  ForEachAnswer(*folder, [&](const Recording& recording, const Replayed& replayed) {
    const auto api = ApiOf(recording);
    const bool family = api == v1::API_OPENAI || api == v1::API_AZURE_OPENAI || api == v1::API_MISTRAL;
    if (replayed.stream || !family) return;
    const std::string written = providers::EncodeOpenAiResponse(*replayed.answer(), {});
    EXPECT_THAT(Differences(LeavesOf(recording.response.body), LeavesOf(written)), IsEmpty());
    ++compared;
  });
  EXPECT_GT(compared, 0);
}

// The data of each event.
std::vector<std::string> EventsIn(const std::string& stream) {
  std::vector<std::string> events = absl::StrSplit(stream, "\n\n");
  EXPECT_EQ(events.back(), "");
  events.pop_back();
  for (std::string& event : events) {
    EXPECT_TRUE(absl::StartsWith(event, "data: ")) << event;
    EXPECT_EQ(event.find('\n'), std::string::npos) << event;
    event.erase(0, 6);
  }
  return events;
}

void ExpectChunks(const std::string& stream) {
  std::vector<std::string> events = EventsIn(stream);
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events.back(), "[DONE]");
  events.pop_back();
  for (const std::string& event : events) {
    EXPECT_THAT(providers::OpenAiSchema::OfChunk(Parse(event)), IsEmpty()) << event;
  }
}

std::string StreamOf(const testing::StreamRun& run, const v1::ChatResponse& answer) {
  const providers::OpenAiChunkEncoder encoder({answer.id(), answer.created(), answer.model()},
                                              /*include_usage=*/true);
  std::string stream;
  for (const v1::Delta& delta : run.deltas) encoder.AppendDelta(delta, stream);
  encoder.AppendEnding(*run.ending, stream);
  return stream;
}

TEST(OpenAiAnswersTest, AStreamOfAnyApiIsTheSameReadAgain) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto openai = providers::MakeCodec(v1::API_OPENAI, {});
  int streams = 0;
  ForEachAnswer(*folder, [&](const Recording& recording, const Replayed& replayed) {
    if (!replayed.stream) return;
    const std::string stream = StreamOf(*replayed.stream, *replayed.answer());
    ExpectChunks(stream);
    const auto again = testing::RunStream(*openai, {200, {{"content-type", kEventStream}}, stream},
                                          {.choices = ChoicesAskedFor(recording)});
    EXPECT_EQ(again.broken_rule, "");
    ASSERT_FALSE(again.failure) << again.failure->message << stream;
    EXPECT_TRUE(Same(providers::Said(replayed.stream->deltas, *replayed.stream->ending),
                     std::get<v1::ChatResponse>(testing::Assembled(again))))
        << stream;
    ++streams;
  });
  EXPECT_GT(streams, 0);
}

}  // namespace
}  // namespace spillway::replay
