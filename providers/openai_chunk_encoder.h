// A streamed answer as the events of OpenAI's: Server-Sent Events, one `chat.completion.chunk` each. Pure.
//
//   first delta of a choice   data: {…,"choices":[{"index":0,"delta":{"role":"assistant",…},…}]}
//   AppendEnding              one chunk a choice with `finish_reason`, then the usage if it was asked for,
//                             then data: [DONE]
//   AppendError               data: {"error":{…}}, in place of an ending
//
// Every chunk has the same id, created and model. What is only known at the end (service_tier,
// system_fingerprint, and the `extra` of answer and choices) comes with the last chunks. What is left out,
// and what comes back from reading the stream again, is as in openai_response_encoder.h.
// Not thread-safe; one stream each. The bytes are appended to `out`, which keeps what it holds.
#ifndef SPILLWAY_PROVIDERS_OPENAI_CHUNK_ENCODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_CHUNK_ENCODER_H_

#include <string>
#include <string_view>

#include "providers/openai_response_encoder.h"
#include "providers/stream_decoder.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class OpenAiChunkEncoder {
 public:
  // `include_usage`: as the caller's `stream_options` asked. Every chunk then has a `usage`, null in all but
  // the last.
  OpenAiChunkEncoder(const AnswerIdentity& identity, bool include_usage);

  void AppendDelta(const v1::Delta& delta, std::string& out) const;

  // The end of a whole answer: nothing follows it.
  void AppendEnding(const StreamEnding& ending, std::string& out) const;

  // The end of an answer that broke off. `error_body` is JSON on one line, as EncodeOpenAiError writes it.
  static void AppendError(std::string_view error_body, std::string& out);

 private:
  // What every chunk begins with, up to its first choice, and what all but the usage's end with.
  std::string head_;
  std::string tail_;
  const bool include_usage_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_CHUNK_ENCODER_H_
