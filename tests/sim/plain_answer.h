// A completion freed of OpenAI's form: what the answers of other APIs are written from.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_PLAIN_ANSWER_H_
#define SPILLWAY_TESTS_SIM_PLAIN_ANSWER_H_

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace spillway::sim {

enum class AnswerEnd : std::uint8_t { kStop, kStopSequence, kLength, kToolCalls };

struct PlainCall {
  std::string name;
  boost::json::object arguments;
};

// Either text or calls.
struct PlainChoice {
  std::string text;
  std::vector<PlainCall> calls;
  AnswerEnd end = AnswerEnd::kStop;
  // The stop sequence that ended it.
  std::string stopped_by;
};

struct PlainAnswer {
  // Of this answer alone, whatever the personality.
  std::string id;
  // As the answer calls it.
  std::string model;
  std::int64_t created = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::vector<PlainChoice> choices;
};

// `stops`: where a text ends, without them.
PlainAnswer PlainAnswerOf(const boost::json::object& completion, const std::vector<std::string>& stops);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_PLAIN_ANSWER_H_
