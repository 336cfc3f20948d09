// Checks a Messages request the way Anthropic does: the first mistake, by its field.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_ANTHROPIC_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_ANTHROPIC_VALIDATION_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/anthropic_errors.h"

namespace spillway::sim {

using AnthropicVerdict = std::optional<AnthropicError>;

// Nothing: the request is fine under that anthropic-version.
AnthropicVerdict FindAnthropicMistake(const boost::json::object& request, std::string_view version);

// Its parts. Each is checked in this order, the later rely on the earlier.
AnthropicVerdict CheckAnthropicMessages(const boost::json::object& request);
AnthropicVerdict CheckAnthropicPairing(const boost::json::object& request);
AnthropicVerdict CheckAnthropicTools(const boost::json::object& request);
AnthropicVerdict CheckAnthropicThinking(const boost::json::object& request);

// One block of a message of `role`, at `path`.
AnthropicVerdict CheckAnthropicBlock(const boost::json::value& value, std::string_view role,
                                     const std::string& path);

// Whether `request` switches thinking on.
bool AnthropicThinks(const boost::json::object& request);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_ANTHROPIC_VALIDATION_H_
