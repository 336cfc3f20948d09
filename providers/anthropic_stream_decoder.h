// The events of a streamed answer of Anthropic's Messages -> deltas and their ending. Pure.
//
// `message_start` brings the answer's members and the first of its usage, `message_delta` (which may come
// several times) the reason of its end and the latest figures, which replace the earlier ones each by itself.
// `message_stop` is the end mark. Pings and events of unknown types are passed over.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_STREAM_DECODER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/anthropic_block_stream.h"
#include "providers/event_decoder.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class AnthropicStreamDecoder final : public SseDecoder {
 public:
  AnthropicStreamDecoder(HttpResponse head, const StreamContext& context);

 private:
  void OnEvent(const SseEvent& event) override;
  void Take(std::string_view type, const boost::json::object& event);
  void OnStart(const boost::json::object& message);
  void OnDelta(const boost::json::object& event);
  // Of the answer or of its end.
  void ReadMember(std::string_view name, const boost::json::value& value);
  void ReadUsage(const boost::json::object& usage);
  void Publish();
  // What ids are made of. Valid until the next event.
  std::string_view Seed();

  AnthropicBlockStream blocks_;
  // What was said so far, but for the message.
  v1::ChatResponse said_;
  boost::json::object usage_;
  // Of the events, while the answer has no id; and what stands for the id.
  std::uint64_t hash_ = 0;
  std::string made_up_id_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_STREAM_DECODER_H_
