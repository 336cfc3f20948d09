// Random routing tables over a small pool of targets, so that policies share them.
#ifndef SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_
#define SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_

#include <string>
#include <vector>

#include "router/table.h"
#include "tests/router/bits.h"

namespace spillway::router {

// Every target there is.
const std::vector<TargetName>& TargetPool();

// Policies for some of gpt0 to gpt3 in production, and perhaps a primary endpoint.
TableSpec RandomTable(Bits& bits);

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_
