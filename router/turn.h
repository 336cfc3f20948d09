// What a strategy remembers from call to call: whose turn it is. Plain values.
#ifndef SPILLWAY_ROUTER_TURN_H_
#define SPILLWAY_ROUTER_TURN_H_

#include <cstdint>
#include <vector>

namespace spillway::router {

struct Turn {
  // round_robin: the child that is next.
  std::uint32_t next = 0;
  // weighted: by child, how far its calls lag behind its share, in parts of a call.
  std::vector<std::int64_t> lag;
  // weighted: how many such parts a call has. 0 before the first.
  std::int64_t call = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TURN_H_
