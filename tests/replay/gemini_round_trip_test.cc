// Recorded requests of Gemini's clients, read and written again.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "providers/codec.h"
#include "tests/replay/gemini_meaning.h"
#include "tests/replay/gemini_request_reader.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

// Of the recordings known when this was written, those that can be read.
constexpr int kKnownAsReadable = 27;

// "/v1beta/models/m" of "https://host/v1beta/models/m:generateContent?key=k".
std::string ResourceOf(std::string_view url) {
  url.remove_prefix(url.find('/', url.find("://") + 3));
  return std::string(url.substr(0, url.rfind(':')));
}

// Where a request went, as configuration would name it.
providers::TargetSpec TargetOf(const std::string& resource) {
  constexpr std::string_view kModels = "/models/";
  const std::size_t models = resource.rfind(kModels);
  return {.base_path = resource.substr(0, models), .model = resource.substr(models + kModels.size())};
}

TEST(GeminiRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordingFolder(*folder / "recordings");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  for (const Recording& recording : *recordings) {
    if (ApiOf(recording.provider) != v1::API_GEMINI || !recording.request_body) continue;
    SCOPED_TRACE(recording.id);
    const auto request = ReadGeminiRequest(*recording.request_body);
    // What ChatRequest cannot hold, as the reader lists it.
    if (request.status().code() == absl::StatusCode::kUnimplemented) continue;
    ASSERT_TRUE(request.ok()) << request.status();
    const std::string resource = ResourceOf(recording.url);
    const auto codec = providers::MakeCodec(v1::API_GEMINI, TargetOf(resource));
    const bool streams = recording.url.find(":streamGenerateContent") != std::string::npos;
    const auto encoded = streams ? codec->EncodeStream(*request) : codec->Encode(*request);
    // Refused by the provider as well.
    if (encoded.status().code() == absl::StatusCode::kUnimplemented && recording.HasTag("error")) continue;
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    // Some clients did without `alt`, and got one list.
    EXPECT_EQ(encoded->path, resource + (streams ? ":streamGenerateContent?alt=sse" : ":generateContent"));
    EXPECT_TRUE(encoded->dropped.empty());
    EXPECT_EQ(GeminiMeaning(encoded->body), GeminiMeaning(*recording.request_body));
    ++compared;
  }
  RecordProperty("compared", compared);
  EXPECT_GE(compared, kKnownAsReadable);
}

}  // namespace
}  // namespace spillway::replay
