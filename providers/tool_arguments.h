// The arguments of a tool call: JSON text in OpenAI's dialect, an object everywhere else. Pure.
//
// The text is what a model wrote, so it may be empty, cut off, or no object. A conversation in
// which that happened must still be sayable: what is no object travels as {"arguments": TEXT}.
#ifndef SPILLWAY_PROVIDERS_TOOL_ARGUMENTS_H_
#define SPILLWAY_PROVIDERS_TOOL_ARGUMENTS_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "providers/json_writer.h"

namespace spillway::providers {

// One object. Nothing but white space is {}.
void WriteArguments(std::string_view text, JsonWriter& json);

// The text for what another API gave as a value: an object, or nothing ("{}").
std::string ArgumentsText(const boost::json::value* arguments);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_TOOL_ARGUMENTS_H_
