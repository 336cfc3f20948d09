// The streams of Bedrock's ConverseStream. Pure, not thread-safe.
//
//   messageStart
//   [contentBlockStart] contentBlockDelta… contentBlockStop      for each block; a text has no start
//   messageStop         why it stopped: the answer is finished
//   metadata            its usage: the answer is complete
//
// Any other event is passed over; so is the padding `p` that all of them have. Signed thinking, and blocks
// without a field, are given out all together at the message's end.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_STREAM_DECODER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string_view>

#include "providers/bedrock_streamed_block.h"
#include "providers/event_decoder.h"
#include "providers/event_stream_reader.h"

namespace spillway::providers {

class BedrockStreamDecoder final : public EventDecoder {
 public:
  BedrockStreamDecoder(HttpResponse head, const StreamContext& context);

 private:
  void Read(std::string_view bytes) override;
  // A message cut off is no message: whether the answer had ended is all that counts.
  void ReadEnd() override {}

  void Take(const EventStreamMessage& message);
  void TakeEvent(std::string_view type, std::string_view payload);

  void StartMessage(const boost::json::object& event);
  void StartBlock(const boost::json::object& event, std::string_view payload);
  void ReadDelta(const boost::json::object& event);
  void StopBlock(std::int64_t index);
  void StopMessage(const boost::json::object& event);
  void ReadMembers(const boost::json::object& event);

  EventStreamReader reader_;
  // Those that have begun and not ended, by their own index.
  std::map<std::int64_t, BedrockStreamedBlock> blocks_;
  int calls_ = 0;
  // What is given out at the message's end.
  v1::Message kept_;
  // What is said beside the message.
  v1::ChatResponse said_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_STREAM_DECODER_H_
