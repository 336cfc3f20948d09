#include "server/openai/key_header.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

// Whether that is `Bearer KEY`, written in any way that is.
bool Presents(absl::string_view authorization, absl::string_view key) {
  return absl::StartsWithIgnoreCase(authorization, kScheme) &&
         absl::StripLeadingAsciiWhitespace(authorization.substr(kScheme.size())) == key;
}

}  // namespace

Authorization AuthorizationOf(const HttpHeaders& headers, std::string& scratch) {
  Authorization authorization;
  const std::string* key = nullptr;
  for (const auto& [name, value] : headers) {
    if (name == "authorization") {
      if (authorization.count++ == 0) authorization.value = value;
    } else if (name == "api-key") {
      if (key != nullptr) ++authorization.count;
      key = &value;
    }
  }
  if (key == nullptr) return authorization;
  if (authorization.count == 0) {
    scratch = absl::StrCat(kScheme, *key);
    authorization.value = scratch;
    authorization.count = 1;
  } else if (!Presents({authorization.value.data(), authorization.value.size()}, *key)) {
    ++authorization.count;
  }
  return authorization;
}

}  // namespace spillway::server
