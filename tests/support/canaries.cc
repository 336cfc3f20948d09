#include "tests/support/canaries.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace spillway::testing {
namespace {

constexpr std::size_t kHead = 12;

std::string PercentEncoded(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"/", "%2F"}, {"+", "%2B"}, {"=", "%3D"}, {" ", "%20"}});
}

// What base64 makes of `secret` after `before` other bytes, as far as only the secret decides.
std::string InBase64(const std::string& secret, std::size_t before) {
  const std::string text = std::string(before, '.') + secret;
  const std::size_t begin = before == 0 ? 0 : before + 1;
  return absl::Base64Escape(text).substr(begin, text.size() * 8 / 6 - begin);
}

}  // namespace

void Canaries::Plant(const std::string& name, const std::string& secret) {
  if (secret.size() < kHead) std::abort();
  traces_.push_back({absl::StrCat("the ", name), secret});
  traces_.push_back({absl::StrCat("the beginning of the ", name), secret.substr(0, kHead)});
  traces_.push_back({absl::StrCat("the ", name, ", percent-encoded"), PercentEncoded(secret), true});
  traces_.push_back({absl::StrCat("the ", name, ", in hexadecimal"), absl::BytesToHexString(secret), true});
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string text = InBase64(secret, before);
    traces_.push_back({absl::StrCat("the ", name, ", in base64"), text});
    const std::string for_urls = absl::StrReplaceAll(text, {{"+", "-"}, {"/", "_"}});
    if (for_urls != text) traces_.push_back({absl::StrCat("the ", name, ", in base64url"), for_urls});
  }
}

std::vector<std::string> Canaries::In(std::string_view text) const {
  const absl::string_view view(text.data(), text.size());
  const std::string lower = absl::AsciiStrToLower(view);
  std::vector<std::string> found;
  for (const Trace& trace : traces_) {
    const bool there = trace.any_case ? absl::StrContains(lower, absl::AsciiStrToLower(trace.text))
                                      : absl::StrContains(view, trace.text);
    if (there) found.push_back(trace.what);
  }
  return found;
}

}  // namespace spillway::testing
