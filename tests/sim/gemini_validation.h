// Checks a generateContent request the way Google does: the first mistake, by its field.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_VALIDATION_H_
#define SPILLWAY_TESTS_SIM_GEMINI_VALIDATION_H_

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/gemini_errors.h"

namespace spillway::sim {

using GeminiVerdict = std::optional<GeminiError>;

// `request` with every snake_case name of the protocol in camelCase, as both are taken; what is the caller's
// own (arguments, results, schemas) stays as it is.
boost::json::object InCamelCase(const boost::json::object& request);

// Nothing: the request, in camelCase, is fine for that model.
GeminiVerdict FindGeminiMistake(const boost::json::object& request, std::string_view model);

// Its parts. Each is checked in this order, the later rely on the earlier.
GeminiVerdict CheckGeminiContents(const boost::json::object& request);
GeminiVerdict CheckGeminiLoop(const boost::json::object& request, std::string_view model);
GeminiVerdict CheckGeminiConfig(const boost::json::object& request);
GeminiVerdict CheckGeminiTools(const boost::json::object& request);

// A schema in OpenAPI's terms, of which `where` is the path.
GeminiVerdict CheckGeminiSchema(const boost::json::value& schema, const std::string& where);

GeminiError UnknownGeminiName(const std::string& name, const std::string& where);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_VALIDATION_H_
