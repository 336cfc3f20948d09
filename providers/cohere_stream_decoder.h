// The events of a streamed answer of Cohere's chat, version 2 -> deltas and their ending. Pure.
//
// An event is known by the `type` in its JSON; the name before it may be missing. `message-end` brings the
// reason of the end, the usage or the error, and is the end mark: `[DONE]` comes after it.
#ifndef SPILLWAY_PROVIDERS_COHERE_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_COHERE_STREAM_DECODER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/cohere_message_stream.h"
#include "providers/event_decoder.h"

namespace spillway::providers {

class CohereStreamDecoder final : public SseDecoder {
 public:
  CohereStreamDecoder(HttpResponse head, const StreamContext& context);

 private:
  void OnEvent(const SseEvent& event) override;
  void Take(std::string_view type, const boost::json::object& event);
  void ReadPiece(std::string_view type, const boost::json::object& event);
  void OnEnd(const boost::json::object& event);
  void ReadMembers(const boost::json::object& object);
  void ReadMember(std::string_view name, const boost::json::value& value);
  // What ids are made of. Valid until the next event.
  std::string_view Seed();

  CohereMessageStream message_;
  std::string finish_reason_;
  // Of the events, while the answer has no id; and what stands for the id.
  std::uint64_t hash_ = 0;
  std::string made_up_id_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_STREAM_DECODER_H_
