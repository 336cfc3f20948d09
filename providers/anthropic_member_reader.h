// What an Anthropic answer says beside its content and why it ended. Pure.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_MEMBER_READER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_MEMBER_READER_H_

#include <boost/json.hpp>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// A member of the answer but `content`, `usage` and `stop_reason`; those are read here only where they are
// not of their type. `out` has its choice. What has no field goes to `extra`.
void ReadAnthropicMember(std::string_view name, const boost::json::value& value, v1::ChatResponse& out);

// The member `usage`: the usage itself, and the answer's `service_tier`.
void ReadAnthropicUsageMember(const boost::json::object& usage, v1::ChatResponse& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_MEMBER_READER_H_
