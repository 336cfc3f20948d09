// One candidate of Gemini's generateContent -> a choice's pieces. Pure, not thread-safe.
//
// A stream's chunks bring it in pieces, each of them a candidate of its own form: they are read one after
// another. Of the members without a field those of a later piece count; but lists of citations go on where
// the earlier ones ended.
#ifndef SPILLWAY_PROVIDERS_GEMINI_CANDIDATE_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_CANDIDATE_READER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/gemini_content_reader.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What its `index` says; `place` where it says nothing.
std::int32_t GeminiCandidateIndex(const boost::json::object& candidate, std::int32_t place);

class GeminiCandidateReader {
 public:
  // Adds what it says to `out`. What is wrong with it; empty when nothing is. For `call_seed`, see
  // gemini_content_reader.h.
  std::string_view Read(const boost::json::object& candidate, std::string_view call_seed, v1::Delta& out);

  // Of the latest piece: the word it ended with. Empty: it gave none.
  const std::string& finish_word() const { return finish_word_; }

  // After the last: adds what is kept of the message to `out`, and of the choice to `end`.
  void Finish(v1::Delta& out, v1::Finish& end);

 private:
  void Keep(std::string_view name, const boost::json::value& value);

  GeminiContentReader content_;
  std::string finish_word_;
  google::protobuf::Struct extra_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CANDIDATE_READER_H_
