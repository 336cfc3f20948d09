// Writes the completion OpenAI would have written: its shape to the letter, its wit not.
//
// Pure; thread-safe. Expects a request FindMistake found nothing wrong with.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_COMPLETION_H_
#define SPILLWAY_TESTS_SIM_OPENAI_COMPLETION_H_

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::sim {

struct CompletionContext {
  // Named in the default answer.
  std::string personality;
  // As the answer calls the model.
  std::string model;
  // "chatcmpl-…".
  std::string id;
  // Seconds since the epoch.
  std::int64_t created = 0;
  // Words of the text, each a token; 0: what there is to say.
  std::size_t tokens = 0;
};

boost::json::object Complete(const boost::json::object& request, const CompletionContext& context);

// Text of the last message of `role`, parts joined; "" if there is none.
std::string LastText(const boost::json::object& request, const char* role);

// About four bytes each, as English has it.
std::int64_t CountTokens(std::string_view text);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_COMPLETION_H_
