// Checks a chat completion request the way Mistral does: the first mistake, by its field.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_MISTRAL_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_MISTRAL_VALIDATION_H_

#include <boost/json/object.hpp>
#include <optional>

#include "tests/sim/mistral_errors.h"

namespace spillway::sim {

using MistralVerdict = std::optional<MistralError>;

// Nothing: the request is fine.
MistralVerdict FindMistralMistake(const boost::json::object& request);

// Its parts. The schema of the messages, then what they are in order; the later relies on the earlier.
MistralVerdict CheckMistralMessages(const boost::json::object& request);
MistralVerdict CheckMistralOrder(const boost::json::object& request);

// A 422 for a member nobody knows.
MistralError ExtraForbidden(const std::string& path);
MistralError MissingField(const std::string& path);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MISTRAL_VALIDATION_H_
