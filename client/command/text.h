// Small words for people: safe text, durations, and the contract's names as one would say them.
//
// Pure functions, thread-safe. Time is passed in.
#ifndef SPILLWAY_CLIENT_COMMAND_TEXT_H_
#define SPILLWAY_CLIENT_COMMAND_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "grpcpp/support/status.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/router.pb.h"

namespace spillway::client {

// Whether `text` is UTF-8, which a protobuf string has to be.
bool IsUtf8(std::string_view text);

// `text` with every byte that is not UTF-8 replaced by U+FFFD.
std::string ToUtf8(std::string_view text);

// `text` for a terminal: UTF-8, without control characters other than newline and tab, so that
// nobody's error message or answer can move the cursor or rename the window.
std::string Printable(std::string_view text);

// `text` printable and on one line: runs of white space become one space; longer than
// `max_characters`, it ends in "…".
std::string OneLine(std::string_view text, std::size_t max_characters = static_cast<std::size_t>(-1));

// Characters (code points) of UTF-8 `text`: its width in columns, near enough for names.
std::size_t WidthOf(std::string_view text);

// "RESOURCE_EXHAUSTED"; "CODE_20" for a number gRPC does not know.
std::string CodeName(grpc::StatusCode code);

// "rate_limited"; "" for unspecified.
std::string FailureName(v1::Failure failure);

// "suspended"; "unknown" for unspecified.
std::string StateName(v1::TargetState state);

// "production"; "" for unspecified.
std::string EnvironmentName(v1::Environment environment);

// "openai/prod gpt-4o": provider, endpoint, model.
std::string TargetName(const v1::TargetRef& target);

absl::Duration ToDuration(const google::protobuf::Duration& duration);
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// What something took: "0.9 ms", "812 ms", "12.3 s".
std::string Took(absl::Duration duration);

// How long to wait, never too short: "28 s", "4 min 10 s", "2 h 5 min"; "1 s" at least.
std::string Wait(absl::Duration duration);

// As the configuration file writes it: "30s", "1500ms", "5m".
std::string Setting(absl::Duration duration);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_TEXT_H_
