// Decides whether a completion calls tools, and which.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_OPENAI_TOOLS_H_
#define SPILLWAY_TESTS_SIM_OPENAI_TOOLS_H_

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

namespace spillway::sim {

struct ToolDecision {
  // Empty: answer with text. Without ids.
  boost::json::array calls;
  // Real OpenAI says "stop" when tool_choice names the function, "tool_calls" otherwise.
  std::string finish_reason = "tool_calls";
};

// tool_choice decides; under "auto" the functions the last user message names are called, and
// none if the last message is a tool's result.
ToolDecision DecideTools(const boost::json::object& request);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_OPENAI_TOOLS_H_
