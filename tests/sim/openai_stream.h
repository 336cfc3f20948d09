// A completion in OpenAI's form as the chunks that OpenAI and Azure stream it in.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_STREAM_H_
#define SPILLWAY_TESTS_SIM_OPENAI_STREAM_H_

#include <boost/json/object.hpp>
#include <optional>

#include "tests/sim/api.h"
#include "tests/sim/stream.h"

namespace spillway::sim {

struct OpenAiStreamOptions {
  // A chunk of its own, and null in all others.
  bool usage = false;
  // Padding that hides the tokens' lengths.
  bool obfuscation = false;
};

// Nothing: `chat` asks for no stream. Expects a request FindMistake found nothing wrong with.
std::optional<OpenAiStreamOptions> OpenAiStreamOptionsOf(const boost::json::object& chat);

// Says what `completion` says. Where it has Azure's filter results, the stream has them.
Stream OpenAiStream(const boost::json::object& completion, const OpenAiStreamOptions& options);

// The answer to `chat`: `completion`, whole or in chunks.
ApiAnswer OpenAiAnswer(const boost::json::object& chat, const boost::json::object& completion);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_STREAM_H_
