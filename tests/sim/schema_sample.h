// A value that fits a JSON schema, always the same: arguments of tool calls and structured answers.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_SCHEMA_SAMPLE_H_
#define SPILLWAY_TESTS_SIM_SCHEMA_SAMPLE_H_

#include <boost/json/value.hpp>

namespace spillway::sim {

// Knows type, properties, items, enum, const, anyOf/oneOf, minItems and local $ref; a recursive
// schema ends in null.
boost::json::value SampleOf(const boost::json::value& schema);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_SCHEMA_SAMPLE_H_
