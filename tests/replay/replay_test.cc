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

constexpr char kStream[] =
    "data: "
    "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"h\"}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"i\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n"
    "data: [DONE]\n\n";

Recording WithStream(std::string body) {
  Recording recording = WithResponse(200, std::move(body));
  recording.response.headers = {{"content-type", "text/event-stream"}};
  return recording;
}

TEST(ReplayTest, AStreamIsReportedAsTheAnswerItMakes) {
  const Recording recording = WithStream(kStream);
  EXPECT_EQ(
      ReportLine(recording, Replay(recording)),
      R"({"id":"a-1","provider":"openai","outcome":"answer","stream":{"deltas":2,"tokens":2},"model":"m",)"
      R"("choices":[{"finish_reason":"stop","text":"hi"}],"usage":{"prompt_tokens":1,"completion_tokens":2,)"
      R"("total_tokens":3,"cached_tokens":0,"reasoning_tokens":0}})");
}

TEST(ReplayTest, AStreamThatEndsWithAnErrorIsAFailureAndOneThatJustEndsIsUndecodable) {
  const std::string stream = kStream;
  const std::string beginning = stream.substr(0, stream.find("\n\n") + 2);
  const Recording failed = WithStream(
      beginning +
      "data: {\"error\":{\"message\":\"no more\",\"code\":\"busy\",\"type\":\"overloaded_error\"}}\n\n");
  EXPECT_FALSE(IsUndecodable(Replay(failed)));
  EXPECT_EQ(ReportLine(failed, Replay(failed)),
            R"({"id":"a-1","provider":"openai","outcome":"failure","stream":{"deltas":1,"tokens":1},)"
            R"("failure":"overloaded","http_status":200,"provider_code":"busy","message":"no more"})");
  EXPECT_TRUE(IsUndecodable(Replay(WithStream(beginning))));
  EXPECT_TRUE(IsUndecodable(Replay(WithStream(beginning + "data: {\"choices\": oops\n\n"))));
}

TEST(ReplayTest, AStreamIsAskedForAsManyChoicesAsItsRequestWanted) {
  Recording recording = WithStream(kStream);
  EXPECT_EQ(ChoicesAskedFor(recording), 1);
  recording.request_body = R"({"generationConfig":{"candidateCount":3}})";
  EXPECT_EQ(ChoicesAskedFor(recording), 3);
  recording.request_body = R"({"n":2})";
  EXPECT_EQ(ChoicesAskedFor(recording), 2);
  recording.request_body.reset();
  EXPECT_EQ(ChoicesAskedFor(recording), 1);
}

TEST(ReplayTest, UnknownApisAreSkippedWithAReason) {
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
  totals.Count(Replayed{.skipped = "why not"});
  EXPECT_EQ(SummaryLine(totals),
            R"({"summary":{"exchanges":4,"answers":1,"failures":1,"skipped":1,"undecodable":1}})");
}

TEST(RecordingTest, ABinaryBodyIsDecoded) {
  const auto recording =
      ParseRecording(R"({"id":"b","provider":"bedrock","response":{"status":200,"body_base64":"AP9h"}})");
  ASSERT_TRUE(recording.ok()) << recording.status();
  EXPECT_TRUE(recording->binary);
  EXPECT_TRUE(recording->IsStream());
  EXPECT_EQ(recording->response.body, std::string("\0\xff"
                                                  "a",
                                                  3));
  EXPECT_FALSE(ParseRecording(R"({"id":"b","provider":"bedrock","response":{"body_base64":"?"}})").ok());
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
