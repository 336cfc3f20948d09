#include "server/openai/door_options.h"

#include "server/config/defaults.h"
#include "server/proto_time.h"

namespace spillway::server {

HttpLimits DoorLimits(const v1::Config& config) {
  const v1::OpenAiListener settings = OpenAiSettings(config);
  HttpLimits limits;
  limits.max_body_bytes = settings.max_body_bytes();
  limits.max_connections = settings.max_connections();
  limits.header_timeout = FromProto(settings.header_timeout());
  limits.body_timeout = FromProto(settings.body_timeout());
  limits.idle_timeout = FromProto(settings.idle_timeout());
  limits.write_timeout = FromProto(settings.write_timeout());
  return limits;
}

}  // namespace spillway::server
