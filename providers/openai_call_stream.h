// The tool calls of one choice, from pieces in OpenAI's dialect. Pure, not thread-safe.
//
// A piece says by its `index` which call it belongs to. Servers differ: whole calls come without an index
// (Mistral), or all of them with the same (Google's compatible endpoint); ids come with every piece, with
// none, or another with each (vLLM once). So what begins a call is: an index not seen before; or a name that
// comes with another id than the call's, or is another than the call's; without an index also any new id,
// and a name without an id. A piece without all of these goes on with the latest call.
#ifndef SPILLWAY_PROVIDERS_OPENAI_CALL_STREAM_H_
#define SPILLWAY_PROVIDERS_OPENAI_CALL_STREAM_H_

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

class OpenAiCallStream {
 public:
  explicit OpenAiCallStream(int choice) : choice_(choice) {}

  // One element of a delta's `tool_calls`. A call without an id gets one made of `answer`, as MadeUpCallId
  // has it.
  void Add(const boost::json::object& piece, std::string_view answer, v1::Delta& out);

 private:
  struct Call {
    // As the provider gave them: what its pieces are recognised by.
    std::string id;
    std::string name;
    bool has_type = false;
  };

  // The place of the call that `piece` belongs to; calls_.size() for a new one.
  std::size_t PlaceOf(std::optional<std::int64_t> index, const v1::ToolCallDelta& piece) const;

  const int choice_;
  std::vector<Call> calls_;
  // By the provider's index, the place of the latest call that has it.
  std::map<std::int64_t, std::size_t> places_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_CALL_STREAM_H_
