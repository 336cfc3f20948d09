// Recorded bodies of Gemini's API -> ChatRequest: the way that the codec goes, backwards. For tests only.
#ifndef SPILLWAY_TESTS_REPLAY_GEMINI_REQUEST_READER_H_
#define SPILLWAY_TESTS_REPLAY_GEMINI_REQUEST_READER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// What ChatRequest has no field for goes to `extra.gemini` of its level. UNIMPLEMENTED for what ChatRequest
// cannot hold, in one of these forms:
//   "a turn says nothing"              a turn of blank text, which no API but Gemini's takes
//   "a URL does not tell its type"     fileData whose type is another one than its URL's
absl::StatusOr<v1::ChatRequest> ReadGeminiRequest(std::string_view body);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_GEMINI_REQUEST_READER_H_
