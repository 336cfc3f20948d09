#include "providers/stream_decoder.h"

namespace spillway::providers {
namespace {

// OpenAI's first piece of audio has an id only.
bool Sounds(const google::protobuf::Struct& audio) {
  for (const char* name : {"data", "transcript"}) {
    const auto found = audio.fields().find(name);
    if (found != audio.fields().end() && !found->second.string_value().empty()) return true;
  }
  return false;
}

}  // namespace

bool CarriesToken(const v1::Delta& delta) {
  return !delta.content().empty() || !delta.reasoning_content().empty() || !delta.refusal().empty() ||
         !delta.tool_calls().empty() || delta.has_function_call() || Sounds(delta.audio());
}

}  // namespace spillway::providers
