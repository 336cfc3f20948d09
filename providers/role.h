// Role <-> the word OpenAI's dialect uses for it. Pure.
#ifndef SPILLWAY_PROVIDERS_ROLE_H_
#define SPILLWAY_PROVIDERS_ROLE_H_

#include <optional>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// "user"; empty for ROLE_UNSPECIFIED and for numbers this build does not know.
std::string_view RoleWord(v1::Role role);

// The role of that word, or nothing.
std::optional<v1::Role> RoleFromWord(std::string_view word);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ROLE_H_
