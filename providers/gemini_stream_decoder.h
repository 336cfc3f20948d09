// The streams of Gemini's streamGenerateContent. Pure, not thread-safe.
//
// Server-sent events, or, where `alt=sse` was not asked for, one JSON list. Every event is a whole
// GenerateContentResponse with new parts only. An error is one with `error` in it, bare where events
// should be, or a candidate's breakdown; a prompt's block ends a stream whenever it comes.
//
// A list ends with its bracket. Events end with their bytes, and nothing but those ends them:
//
//   - A finish reason with its usage is mostly the last event, and yet the stream is never complete before
//   its
//     bytes end: servers have put STOP and the usage so far into every event.
//   - A candidate whose very first piece says STOP may be one of those, and has not ended before the bytes
//     have. Where earlier pieces did without, STOP is the end.
#ifndef SPILLWAY_PROVIDERS_GEMINI_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_GEMINI_STREAM_DECODER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "providers/event_decoder.h"
#include "providers/gemini_candidate_reader.h"
#include "providers/json_list_reader.h"
#include "providers/sse_reader.h"

namespace spillway::providers {

class GeminiStreamDecoder final : public EventDecoder {
 public:
  using EventDecoder::EventDecoder;

 private:
  enum class Form : std::uint8_t { kUnknown, kEvents, kList };

  struct Candidate {
    GeminiCandidateReader reader;
    // The word of a first piece that may not be the last.
    std::string doubtful;
    // Whether a piece came that did not end it.
    bool went_on = false;
    bool ended = false;
  };

  void Read(std::string_view bytes) override;
  void ReadEnd() override;
  void ReadList(std::string_view bytes);

  // Each false when no more is wanted.
  bool TakeEvent(const SseEvent& event);
  bool TakeChunk(std::string_view text);

  bool ReadCandidates(const boost::json::object& chunk, std::string_view text);
  void ReadCandidate(const boost::json::object& piece, std::int32_t place, std::string_view text);
  // Everything is there.
  void Conclude();

  Form form_ = Form::kUnknown;
  SseReader events_;
  JsonListReader list_;
  bool any_chunk_ = false;
  std::map<std::int32_t, Candidate> candidates_;
  // What is said beside the candidates.
  v1::ChatResponse said_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_STREAM_DECODER_H_
