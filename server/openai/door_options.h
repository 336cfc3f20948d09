// How the OpenAI-compatible listener is to be run, from its configuration. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_OPENAI_DOOR_OPTIONS_H_
#define SPILLWAY_SERVER_OPENAI_DOOR_OPTIONS_H_

#include "server/http/http_server.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// `config` passed validation.
HttpLimits DoorLimits(const v1::Config& config);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_DOOR_OPTIONS_H_
