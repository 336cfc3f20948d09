// The content blocks of a streamed Anthropic answer, out of their pieces. Pure.
//
// Text, thinking and the arguments of calls are given out as they come. What only a whole block
// tells (signed thinking, a text with its citations, a block of a type without a field) is given out when the
// block has ended, in the form anthropic_block_reader.h gives it.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_STREAM_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_STREAM_H_

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "providers/streamed_answer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class AnthropicBlockStream {
 public:
  // What the blocks say goes to `answer`, which outlives this; so does what cannot be read.
  explicit AnthropicBlockStream(StreamedAnswer& answer) : answer_(answer) {}

  // The API's number of a block. None given: of a new block the next, else the latest.
  using Index = std::optional<std::int64_t>;

  // `seed` makes the id of a call that has none.
  void Begin(Index index, const boost::json::value& block, std::string_view seed);
  // A piece of a block that nobody began is one of the latest, where it fits there: the API has given pieces
  // other numbers than their blocks. Text and thinking that fit nowhere begin a block.
  void Append(Index index, const boost::json::value& piece);
  void End(Index index);
  // The answer's content has ended, and with it every block.
  void EndAll();

 private:
  struct Block {
    // As it began, and as it grew; without the texts below.
    boost::json::object members;
    // Of `text` and `thinking`.
    std::string text;
    // Of a block that is kept: the pieces of its `input`.
    std::string input;
    // Of `tool_use`: which of the answer's calls it is, and whether its arguments came in pieces.
    int call = 0;
    bool argued = false;
  };
  void BeginText(Block& block, std::string_view name);
  void BeginCall(Block& block, std::string_view seed);
  // The block of a piece that belongs into one of type `type`; null when there is none.
  Block* Find(Index index, std::string_view type);
  Block& FindText(Index index, std::string_view type);
  void AppendText(const boost::json::object& piece, std::string_view name, Block& block);
  void AppendInput(const boost::json::object& piece, Block* block);
  void AppendOther(std::string_view type, const boost::json::object& piece, Block& block);
  void EndBlock(Block& block);
  void Say(std::string_view name, std::string_view text);
  void SayArguments(Block& block, std::string_view text);

  StreamedAnswer& answer_;
  std::map<std::int64_t, Block> open_;
  std::int64_t latest_ = -1;
  int calls_ = 0;
  // Whether there was a text, be it an empty one; and one that was not.
  bool has_text_ = false;
  bool spoke_ = false;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_STREAM_H_
