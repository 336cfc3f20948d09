#include "tests/sim/redact.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "tests/sim/request_log.h"

namespace spillway::sim {
namespace {

constexpr std::array<std::string_view, 7> kSecretHeaders = {
    "x-amz-security-token", "authorization", "proxy-authorization", "api-key", "x-api-key",
    "x-goog-api-key",       "cookie"};

// Shorter ones would be found in innocent text.
constexpr std::size_t kShortestEcho = 4;

// The value of "key" in the query, where Google takes keys too.
void RedactQuery(Request& request, std::string& answer) {
  const std::string key = QueryValue(request.target, "key");
  if (key.empty()) return;
  const std::string fingerprint = Fingerprint(key);
  const std::size_t at = std::min(request.target.find("?key="), request.target.find("&key=")) + 5;
  request.target.replace(at, request.target.find('&', at) - at, fingerprint);
  if (key.size() >= kShortestEcho) absl::StrReplaceAll({{key, fingerprint}}, &answer);
}

}  // namespace

std::string Fingerprint(std::string_view credential) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(credential.data()), credential.size(), digest.data());
  return "sha256:" + absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), 6});
}

void RedactCredentials(Request& request, std::string& answer) {
  for (auto& [name, value] : request.headers) {
    if (std::find(kSecretHeaders.begin(), kSecretHeaders.end(), name) == kSecretHeaders.end()) continue;
    const std::size_t space = name.ends_with("authorization") ? value.find(' ') : std::string::npos;
    const std::string scheme = space == std::string::npos ? "" : value.substr(0, space + 1);
    const std::string secret = value.substr(scheme.size());
    const std::string fingerprint = Fingerprint(secret);
    if (secret.size() >= kShortestEcho) absl::StrReplaceAll({{secret, fingerprint}}, &answer);
    value = scheme + fingerprint;
  }
  RedactQuery(request, answer);
}

}  // namespace spillway::sim
