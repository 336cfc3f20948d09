#include "providers/role.h"

#include <array>
#include <utility>

namespace spillway::providers {
namespace {

constexpr std::array<std::pair<v1::Role, std::string_view>, 6> kWords = {{
    {v1::ROLE_SYSTEM, "system"},
    {v1::ROLE_DEVELOPER, "developer"},
    {v1::ROLE_USER, "user"},
    {v1::ROLE_ASSISTANT, "assistant"},
    {v1::ROLE_TOOL, "tool"},
    {v1::ROLE_FUNCTION, "function"},
}};

}  // namespace

std::string_view RoleWord(v1::Role role) {
  for (const auto& [known, word] : kWords) {
    if (known == role) return word;
  }
  return {};
}

std::optional<v1::Role> RoleFromWord(std::string_view word) {
  for (const auto& [role, known] : kWords) {
    if (known == word) return role;
  }
  return std::nullopt;
}

}  // namespace spillway::providers
