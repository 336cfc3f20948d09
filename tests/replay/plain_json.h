// JSON compared by what it says: one spelling of numbers, and null as good as nothing. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_PLAIN_JSON_H_
#define SPILLWAY_TESTS_REPLAY_PLAIN_JSON_H_

#include <boost/json.hpp>

namespace spillway::replay {

// Every number a double, so that 1 and 1.0 are the same, and members that are null left out.
boost::json::value Plain(const boost::json::value& value);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_PLAIN_JSON_H_
