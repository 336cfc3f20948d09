// Which request asks for what. Pure.
#ifndef SPILLWAY_SERVER_OPENAI_DOOR_ROUTES_H_
#define SPILLWAY_SERVER_OPENAI_DOOR_ROUTES_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/openai/door_metrics.h"

namespace spillway::server {

struct DoorRoute {
  DoorPath path = DoorPath::kOther;
  // Of kModel: its name, decoded.
  std::string model;
};

// `path` is that of the request: with or without /v1 before it, with or without / after it.
DoorRoute RouteOf(std::string_view path);

// "POST" or "GET, HEAD"; empty for kOther.
std::string_view AllowedMethods(DoorPath path);

// Whether `method` is among them.
bool IsAllowed(std::string_view method, DoorPath path);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_DOOR_ROUTES_H_
