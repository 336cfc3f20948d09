// A streamed chat completion of OpenAI's, or of anything compatible with it, as it comes. Pure.
//
// A chunk is `{id, created, model, choices: [{index, delta, finish_reason, …}], usage, …}`; any member may be
// missing, null or empty in any chunk. Its members without a field of their own are kept, the latest of each:
// the chunk's in `response_extra`, a choice's in `Finish.extra`, a delta's in `Delta.extra`. Not kept are
// `object` and what only pads the chunk.
#ifndef SPILLWAY_PROVIDERS_OPENAI_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_STREAM_DECODER_H_

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "providers/event_decoder.h"
#include "providers/openai_delta_reader.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

class OpenAiStreamDecoder final : public SseDecoder {
 public:
  // `scope`: whose name the members without a field of deltas and calls are kept under; none for OpenAI's
  // dialect itself.
  OpenAiStreamDecoder(HttpResponse head, const StreamContext& context,
                      std::optional<v1::Api> scope = std::nullopt)
      : SseDecoder(std::move(head), context), scope_(scope) {}

 protected:
  void OnEvent(const SseEvent& event) override;

 private:
  // `text`: the chunk's own.
  void ReadChunk(const boost::json::object& chunk, std::string_view text);
  void ReadMember(std::string_view name, const boost::json::value& value);
  // Groq's own.
  void ReadGroq(const boost::json::object& groq);
  // Whether there is one: in the chunk, or where older versions of Groq put it.
  bool ReadUsage(const boost::json::object& chunk);
  void ReadChoice(const boost::json::value& choice, int position, std::string_view text);
  void ReadDelta(const boost::json::object& choice, bool ended, int index, std::string_view text);

  const std::optional<v1::Api> scope_;
  std::map<int, OpenAiDeltaReader> readers_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_STREAM_DECODER_H_
