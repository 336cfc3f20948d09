#include "tests/replay/replay.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/replay/recording.h"
#include "tests/replay/replay_report.h"

namespace spillway::replay {
namespace {

constexpr char kAnswer[] =
    R"({"id":"a-1","provider":"openai","request":{"method":"POST","url":"https://x/v1/chat/completions",)"
    R"("headers":{},"body":"{}"},"response":{"status":200,"headers":{"content-type":"application/json"},)"
    R"("wire":{},"body":"{\"model\":\"m\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},)"
    R"(\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}"},)"
    R"("tags":["success","nonstream"]})";

Recording MustParse(std::string_view line) {
  auto recording = ParseRecording(line);
  EXPECT_TRUE(recording.ok()) << recording.status();
  return recording.ok() ? *std::move(recording) : Recording();
}

Recording WithResponse(int status, std::string body) {
  Recording recording = MustParse(kAnswer);
  recording.response.status = status;
  recording.response.body = std::move(body);
  return recording;
}

TEST(ReplayTest, AnAnswerIsReportedWithTextUsageAndFinishReason) {
  const Recording recording = MustParse(kAnswer);
  EXPECT_EQ(
      ReportLine(recording, Replay(recording)),
      R"({"id":"a-1","provider":"openai","outcome":"answer","model":"m","choices":[{"finish_reason":"stop",)"
      R"("text":"hi"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cached_tokens":0,)"
      R"("reasoning_tokens":0}})");
}

TEST(ReplayTest, AnErrorIsReportedWithItsClass) {
  const Recording recording =
      WithResponse(429, R"({"error":{"message":"slow down, retry in 2s","code":"rate_limit_exceeded"}})");
  EXPECT_EQ(
      ReportLine(recording, Replay(recording)),
      R"({"id":"a-1","provider":"openai","outcome":"failure","failure":"rate_limited","http_status":429,)"
      R"("provider_code":"rate_limit_exceeded","message":"slow down, retry in 2s","retry_after_ms":2000})");
}

TEST(ReplayTest, AnAnswerThatCannotBeReadIsUndecodable) {
  EXPECT_TRUE(IsUndecodable(Replay(WithResponse(200, "<html>"))));
  EXPECT_TRUE(IsUndecodable(Replay(WithResponse(200, R"({"choices":[)"))));
  EXPECT_FALSE(IsUndecodable(Replay(WithResponse(500, "<html>"))));
}

TEST(ReplayTest, StreamsAndUnknownApisAreSkippedWithAReason) {
  Recording stream = MustParse(kAnswer);
  stream.tags.push_back("stream");
  EXPECT_NE(Replay(stream).skipped, "");
  Recording other = MustParse(kAnswer);
  other.provider = "smoke-signals";
  other.url = "https://x/hill";
  EXPECT_EQ(Replay(other).skipped, "no codec for the API of smoke-signals");
}

TEST(ReplayTest, AnUnknownProvidersApiIsReadOffItsUrl) {
  Recording recording = MustParse(kAnswer);
  recording.provider = "newcomer";
  EXPECT_NE(Replay(recording).answer(), nullptr);
  const std::pair<const char*, v1::Api> kUrls[] = {
      {"https://x.azure.com/openai/deployments/d/chat/completions?api-version=1", v1::API_AZURE_OPENAI},
      {"https://x/v1/messages", v1::API_ANTHROPIC},
      {"https://x/v1beta/models/m:generateContent", v1::API_GEMINI},
      {"https://x/model/m/converse", v1::API_BEDROCK},
      {"https://x/v2/chat", v1::API_COHERE}};
  for (const auto& [url, api] : kUrls) {
    recording.url = url;
    EXPECT_EQ(ApiOf(recording), api) << url;
  }
  recording.url = "https://x/embed";
  EXPECT_FALSE(ApiOf(recording));
  recording.provider = "mistral";
  EXPECT_EQ(ApiOf(recording), v1::API_MISTRAL) << "its name goes before";
}

TEST(ReplayTest, AzuresExchangesAreItsOwnCodecs) {
  EXPECT_EQ(ApiOf("azure"), v1::API_AZURE_OPENAI);
  EXPECT_EQ(ApiOf("openai"), v1::API_OPENAI);
  Recording recording = WithResponse(404, R"({"error":{"code":"DeploymentNotFound","message":"none"}})");
  recording.provider = "azure";
  EXPECT_EQ(
      ReportLine(recording, Replay(recording)),
      R"({"id":"a-1","provider":"azure","outcome":"failure","failure":"model_not_found","http_status":404,)"
      R"("provider_code":"DeploymentNotFound","message":"none"})");
}

TEST(ReplayTest, AnErrorDocumentUnderAnEventStreamHeaderIsNoStream) {
  Recording recording = WithResponse(404, R"({"error":{"message":"gone"}})");
  recording.response.headers = {{"content-type", "text/event-stream"}};
  EXPECT_FALSE(recording.IsStream());
  recording.response.body = "data: {}\n\n";
  EXPECT_TRUE(recording.IsStream());
}

TEST(ReplayTest, TotalsCountEveryOutcome) {
  Totals totals;
  totals.Count(Replay(MustParse(kAnswer)));
  totals.Count(Replay(WithResponse(200, "nonsense")));
  totals.Count(Replay(WithResponse(503, "")));
  totals.Count(Replayed{.skipped = "why not", .decoded = std::nullopt});
  EXPECT_EQ(SummaryLine(totals),
            R"({"summary":{"exchanges":4,"answers":1,"failures":1,"skipped":1,"undecodable":1}})");
}

TEST(RecordingTest, ABadLineIsNamedByFileAndNumber) {
  const auto folder = std::filesystem::temp_directory_path() / ("replay_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "b.jsonl") << kAnswer << "\n\n{\"id\":\"x\"}\n";
  const auto recordings = ReadRecordingFolder(folder);
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(recordings.ok());
  EXPECT_NE(std::string(recordings.status().message()).find("b.jsonl:3: id, provider or response is missing"),
            std::string::npos);
}

TEST(RecordingTest, AMissingFolderIsAnError) {
  EXPECT_EQ(ReadRecordingFolder("/nowhere/at/all").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace spillway::replay
