// Recorded requests of OpenAI-compatible clients, read and written again.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "providers/codec.h"
#include "providers/json_document.h"
#include "providers/openai_request_decoder.h"
#include "providers/openai_request_encoder.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// A member that says as much as none.
bool IsNothing(const json::value& value) {
  return value.is_null() || value == json::value("") || (value.is_array() && value.get_array().empty());
}

json::value WithoutNothing(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& element : value.get_array()) out.push_back(WithoutNothing(element));
    return out;
  }
  if (!value.is_object())
    return value.is_number() ? json::value(value.to_number<double>())
                             : json::value(value, json::storage_ptr());
  json::object out;
  for (const auto& member : value.get_object()) {
    if (!IsNothing(member.value())) out[member.key()] = WithoutNothing(member.value());
  }
  return out;
}

bool Streams(const std::string& text) {
  const providers::JsonDocument document(text);
  const json::value* stream = providers::Member(document.root(), "stream");
  return stream != nullptr && *stream == json::value(true);
}

// What a body means. Beside numbers and empty members these are the differences that writing it
// again may make: one `stop` is a list of one, `stream: false` is the default, and a stream is
// always asked for its usage.
json::value Meaning(const std::string& text) {
  const providers::JsonDocument document(text);
  json::value value = WithoutNothing(document.root());
  json::object& body = value.as_object();
  if (const json::value* stop = body.if_contains("stop"); stop != nullptr && stop->is_string()) {
    body["stop"] = json::array{*stop};
  }
  if (!Streams(text)) {
    body.erase("stream");
    body.erase("stream_options");
  } else if (body["stream_options"].is_null()) {
    body["stream_options"] = json::object{{"include_usage", true}};
  }
  return value;
}

// Bodies that their provider refused, too: what ChatRequest cannot hold is named.
bool IsRefusedForItsType(const Recording& recording, const absl::Status& status) {
  return recording.HasTag("error") && status.code() == absl::StatusCode::kInvalidArgument;
}

TEST(RequestRoundTripTest, RecordedRequestsComeOutAsTheyWentIn) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordingFolder(*folder / "recordings");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  for (const Recording& recording : *recordings) {
    const bool chat = recording.url.find("chat/completions") != std::string::npos;
    if (!ApiOf(recording.provider) || !recording.request_body || !chat) continue;
    SCOPED_TRACE(recording.id);
    const auto decoded = providers::DecodeOpenAiRequest(*recording.request_body);
    if (!decoded.ok() && IsRefusedForItsType(recording, decoded.status())) continue;
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    const auto encoded = providers::EncodeOpenAiRequest(decoded->request, {.stream = decoded->stream});
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_EQ(Meaning(*recording.request_body), Meaning(*encoded)) << *recording.request_body << "\n"
                                                                   << *encoded;
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

// The target that a recorded request of Azure's was meant for, as configuration would name it.
struct AzureTarget {
  providers::TargetSpec spec;
  // What its requests ask for.
  std::string path;
};

AzureTarget AzureTargetOf(std::string_view url) {
  constexpr std::string_view kDeployments = "/openai/deployments/";
  constexpr std::string_view kVersion = "?api-version=";
  const std::size_t path = url.find('/', url.find("://") + 3);
  AzureTarget target{{.model = "m"}, std::string(url.substr(path))};
  // One client wrote it so, and was answered.
  if (target.path.starts_with("//")) target.path.erase(0, 1);
  const std::size_t query = target.path.find(kVersion);
  target.spec.api_version = target.path.substr(query + kVersion.size());
  if (target.path.starts_with(kDeployments)) {
    const std::size_t end = target.path.find('/', kDeployments.size());
    target.spec.model = target.path.substr(kDeployments.size(), end - kDeployments.size());
  } else {
    target.spec.path = target.path.substr(0, query);
  }
  return target;
}

TEST(RequestRoundTripTest, AzuresRequestsGoWhereTheyWentAndSayWhatTheySaid) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const auto recordings = ReadRecordings(*folder / "recordings" / "azure.jsonl");
  ASSERT_TRUE(recordings.ok()) << recordings.status();
  int compared = 0;
  std::set<std::string> versions;
  for (const Recording& recording : *recordings) {
    SCOPED_TRACE(recording.id);
    const auto decoded = providers::DecodeOpenAiRequest(recording.request_body.value_or(""));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    const AzureTarget target = AzureTargetOf(recording.url);
    const auto codec = providers::MakeCodec(v1::API_AZURE_OPENAI, target.spec);
    const auto encoded =
        decoded->stream ? codec->EncodeStream(decoded->request) : codec->Encode(decoded->request);
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_EQ(encoded->path, target.path);
    json::value expected = Meaning(*recording.request_body);
    expected.as_object()["model"] = target.spec.model;
    EXPECT_EQ(Meaning(encoded->body), expected);
    versions.insert(target.spec.api_version);
    ++compared;
  }
  EXPECT_GT(compared, 0);
  EXPECT_GT(versions.size(), 1u);
}

}  // namespace
}  // namespace spillway::replay
