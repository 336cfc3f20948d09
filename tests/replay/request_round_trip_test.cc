// Recorded requests of OpenAI-compatible clients, read and written again.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

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
  const json::value* stream = body.if_contains("stream");
  const bool streams = stream != nullptr && stream->is_bool() && stream->get_bool();
  if (!streams) body.erase("stream");
  body.erase("stream_options");
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

}  // namespace
}  // namespace spillway::replay
