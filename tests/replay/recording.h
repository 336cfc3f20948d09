// One recorded exchange with a provider, and how to read a folder of them.
//
// A file is one JSON object per line:
//   {id, provider, model, source, fidelity, request: {method, url, headers, body},
//    response: {status, headers, wire, body | body_base64}, tags: […]}
// Plain values; reading does blocking I/O.
#ifndef SPILLWAY_TESTS_REPLAY_RECORDING_H_
#define SPILLWAY_TESTS_REPLAY_RECORDING_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "transport/http_message.h"

namespace spillway::replay {

struct Recording {
  std::string id;
  std::string provider;
  std::string url;
  // The request's JSON text; nothing when none was recorded.
  std::optional<std::string> request_body;
  // Of a binary stream, which was recorded in base64, the bytes.
  HttpResponse response;
  bool binary = false;
  std::vector<std::string> tags;

  bool HasTag(std::string_view tag) const;
  // What follows `prefix` in the first tag that begins with it: TagValue("err:") -> "rate_limit".
  std::optional<std::string> TagValue(std::string_view prefix) const;
  // Whether the answer is a stream of events rather than one document.
  bool IsStream() const;
};

// INVALID_ARGUMENT when `line` is not such an object.
absl::StatusOr<Recording> ParseRecording(std::string_view line);

// Every line of one file; the error names file and line.
absl::StatusOr<std::vector<Recording>> ReadRecordings(const std::filesystem::path& file);

// Every *.jsonl of a folder, in the order of their names.
absl::StatusOr<std::vector<Recording>> ReadRecordingFolder(const std::filesystem::path& folder);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_RECORDING_H_
