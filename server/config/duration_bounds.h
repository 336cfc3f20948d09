// How long a configured duration may be, and how durations compare and read. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_DURATION_BOUNDS_H_
#define SPILLWAY_SERVER_CONFIG_DURATION_BOUNDS_H_

#include <google/protobuf/duration.pb.h>

#include <string>

namespace spillway::server {

// What is longer is a slip of the hand.
google::protobuf::Duration MaxDuration();
inline constexpr char kDurationTooLong[] = "must not be longer than 24h";

bool Longer(const google::protobuf::Duration& a, const google::protobuf::Duration& b);

// As configuration writes it: 30s, 1500ms.
std::string DurationText(const google::protobuf::Duration& duration);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_DURATION_BOUNDS_H_
