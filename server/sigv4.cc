#include "server/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace spillway::server {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(Absl(bytes)); }

std::string Hmac(std::string_view key, std::string_view text) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  out.resize(size);
  return out;
}

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Percent-encodes all but unreserved characters and those in `kept`.
std::string Encode(std::string_view text, std::string_view kept) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsUnreserved(c) || kept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append("%").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return out;
}

// Without empty and dot segments.
std::string CanonicalPath(std::string_view path) {
  std::vector<absl::string_view> segments;
  absl::string_view last;
  for (const absl::string_view segment : absl::StrSplit(Absl(path), '/')) {
    last = segment;
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  std::string out;
  for (const absl::string_view segment : segments) {
    out.append("/").append(Encode({segment.data(), segment.size()}, ""));
  }
  const bool ends_in_slash = last.empty() || last == "." || last == "..";
  return out.empty() || (ends_in_slash && !segments.empty()) ? out + "/" : out;
}

// Sorted by name, then value; what is encoded already stays as it is.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const absl::string_view part : absl::StrSplit(Absl(query), '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    pairs.emplace_back(Encode({pair.first.data(), pair.first.size()}, "%"),
                       Encode({pair.second.data(), pair.second.size()}, "%"));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return out;
}

// Trimmed, and every run of white space a single space.
std::string CanonicalValue(std::string value) {
  absl::RemoveExtraAsciiWhitespace(&value);
  return value;
}

}  // namespace

std::string SigV4Scope::Name() const {
  return time.substr(0, 8) + "/" + region + "/" + service + "/aws4_request";
}

CanonicalRequest Canonical(const SigV4Request& request) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    const auto [header, is_new] = headers.try_emplace(absl::AsciiStrToLower(name));
    if (!is_new) header->second += ',';
    header->second += CanonicalValue(value);
  }
  const std::size_t query = std::min(request.target.find('?'), request.target.size());
  CanonicalRequest out;
  out.text.append(request.method).append("\n").append(CanonicalPath(request.target.substr(0, query)));
  out.text.append("\n").append(
      CanonicalQuery(request.target.substr(std::min(query + 1, request.target.size()))));
  out.text.append("\n");
  for (const auto& [name, value] : headers) {
    out.text.append(name).append(":").append(value).append("\n");
    out.signed_headers.append(out.signed_headers.empty() ? "" : ";").append(name);
  }
  out.text.append("\n").append(out.signed_headers).append("\n").append(request.body_digest);
  return out;
}

std::string StringToSign(const CanonicalRequest& canonical, const SigV4Scope& scope) {
  std::string out(kAlgorithm);
  out.append("\n").append(scope.time).append("\n").append(scope.Name());
  return out.append("\n").append(HexDigest(canonical.text));
}

std::string SigningKey(std::string_view secret_access_key, const SigV4Scope& scope) {
  std::string secret("AWS4");
  secret.append(secret_access_key);
  const std::string day = Hmac(secret, std::string_view(scope.time).substr(0, 8));
  secret.assign(secret.size(), '\0');
  return Hmac(Hmac(Hmac(day, scope.region), scope.service), "aws4_request");
}

std::string SigV4Authorization(std::string_view access_key_id, std::string_view signing_key,
                               const SigV4Request& request, const SigV4Scope& scope) {
  const CanonicalRequest canonical = Canonical(request);
  std::string out(kAlgorithm);
  out.append(" Credential=").append(access_key_id).append("/").append(scope.Name());
  out.append(", SignedHeaders=").append(canonical.signed_headers);
  return out.append(", Signature=").append(Hex(Hmac(signing_key, StringToSign(canonical, scope))));
}

std::string HexDigest(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(),
             nullptr);
  return Hex(std::string_view(digest).substr(0, size));
}

std::string AmzTime(std::chrono::system_clock::time_point now) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", absl::FromChrono(now), absl::UTCTimeZone());
}

}  // namespace spillway::server
