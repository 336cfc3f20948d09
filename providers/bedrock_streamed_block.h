// One content block of a streamed answer of Bedrock's Converse, and what of it only its end makes whole.
// Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_STREAMED_BLOCK_H_
#define SPILLWAY_PROVIDERS_BEDROCK_STREAMED_BLOCK_H_

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class BedrockStreamedBlock {
 public:
  // The block is a call, `index` among the answer's.
  void BeginCall(int index) { call_ = index; }
  // The block is of a kind that the caller only keeps: a tool that Bedrock runs, its result, an image, …
  void BeginOther(const boost::json::object& start);

  // Adds to `out` what a piece says at once. False: input of a call that never began.
  [[nodiscard]] bool ReadDelta(const boost::json::object& delta, v1::Delta& out);

  // The block has ended: what is still to be said of it goes to `out`; signed thinking, and a block that has
  // no field, to `kept`, as bedrock_message_reader.h has it for a whole one.
  void End(v1::Delta& out, v1::Message& kept);

 private:
  [[nodiscard]] bool ReadInput(const boost::json::value& use, v1::Delta& out);
  void ReadReasoning(const boost::json::object& reasoning, v1::Delta& out);
  void KeepCitations(v1::Message& kept);
  void KeepOther(v1::Message& kept);

  std::optional<int> call_;
  bool has_input_ = false;
  // Of the answer or of the reasoning.
  std::string text_;
  std::string signature_;
  std::string redacted_;
  google::protobuf::ListValue citations_;
  google::protobuf::Struct other_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_STREAMED_BLOCK_H_
