// Checks a Converse request the way Bedrock does: the first mistake, in its words.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_VALIDATION_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "tests/sim/bedrock_errors.h"

namespace spillway::sim {

using BedrockVerdict = std::optional<BedrockError>;

// Nothing: the request is fine.
BedrockVerdict FindBedrockMistake(const boost::json::object& request);

// Its parts. Each is checked in this order, the later rely on the earlier.
BedrockVerdict CheckBedrockMessages(const boost::json::object& request);
BedrockVerdict CheckBedrockTools(const boost::json::object& request);
BedrockVerdict CheckBedrockPairing(const boost::json::object& request);

// One block of a message of `role`, at `path`.
BedrockVerdict CheckBedrockBlock(const boost::json::value& value, std::string_view role,
                                 const std::string& path);

BedrockVerdict ExtraneousKey(const std::string& path, const std::string& key);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_VALIDATION_H_
