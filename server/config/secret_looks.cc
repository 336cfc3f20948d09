#include "server/config/secret_looks.h"

#include <string>

#include "providers/redact.h"

namespace spillway::server {

bool LooksSecret(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) return true;
  if (text.find('/') != std::string_view::npos) return false;
  constexpr std::string_view kHidden = "[redacted]";
  return text.find(kHidden) == std::string_view::npos &&
         providers::SafeText(text).find(kHidden) != std::string::npos;
}

}  // namespace spillway::server
