#include "tests/sim/aws_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace spillway::sim {
namespace {

constexpr absl::string_view kAlgorithm = "AWS4-HMAC-SHA256 ";
constexpr absl::Duration kSkew = absl::Minutes(5);

// What an Authorization header of this scheme says.
struct Claim {
  std::string access_key;
  // Date, region, service, "aws4_request".
  std::vector<std::string> scope;
  std::vector<std::string> signed_headers;
  std::string signature;
};

std::optional<Claim> ReadClaim(absl::string_view text) {
  if (text.substr(0, kAlgorithm.size()) != kAlgorithm) return std::nullopt;
  Claim claim;
  for (absl::string_view part : absl::StrSplit(text.substr(kAlgorithm.size()), ',')) {
    const std::pair<std::string, std::string> member =
        absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits('=', 1));
    if (member.first == "Credential") claim.scope = absl::StrSplit(member.second, '/');
    if (member.first == "SignedHeaders") claim.signed_headers = absl::StrSplit(member.second, ';');
    if (member.first == "Signature") claim.signature = member.second;
  }
  if (claim.scope.size() != 5 || claim.signed_headers.empty() || claim.signature.empty()) return std::nullopt;
  claim.access_key = claim.scope.front();
  claim.scope.erase(claim.scope.begin());
  return claim;
}

std::string HashOf(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string Hmac(const std::string& key, std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Encoded(std::string_view text, bool keep_slash) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~';
    out += plain || (keep_slash && c == '/') ? std::string(1, c) : absl::StrFormat("%%%02X", byte);
  }
  return out;
}

std::string CanonicalQuery(const std::string& target) {
  const std::size_t question = target.find('?');
  if (question == std::string::npos || question + 1 == target.size()) return "";
  std::vector<std::pair<std::string, std::string>> pairs;
  for (absl::string_view text : absl::StrSplit(absl::string_view(target).substr(question + 1), '&')) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(text, absl::MaxSplits('=', 1));
    pairs.emplace_back(Encoded(PercentDecoded(pair.first), false),
                       Encoded(PercentDecoded(pair.second), false));
  }
  std::sort(pairs.begin(), pairs.end());
  return absl::StrJoin(pairs, "&", absl::PairFormatter("="));
}

// Trimmed, inner runs of blanks made one, repeated headers joined.
std::string CanonicalValue(const HttpHeaders& headers, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    std::string text = value;
    absl::RemoveExtraAsciiWhitespace(&text);
    values.push_back(std::move(text));
  }
  return absl::StrJoin(values, ",");
}

// The path is encoded once more than it was for the wire, as every service but S3 has it.
std::string CanonicalRequest(const Request& request, const Claim& claim) {
  std::string canonical =
      absl::StrCat(request.method, "\n", Encoded(PathOf(request.target), /*keep_slash=*/true), "\n",
                   CanonicalQuery(request.target), "\n");
  for (const std::string& name : claim.signed_headers)
    absl::StrAppend(&canonical, name, ":", CanonicalValue(request.headers, name), "\n");
  absl::StrAppend(&canonical, "\n", absl::StrJoin(claim.signed_headers, ";"), "\n", HashOf(request.body));
  return canonical;
}

std::string SignatureFor(const Request& request, const Claim& claim, const std::string& secret,
                         const std::string& time) {
  std::string key = "AWS4" + secret;
  for (const std::string& part : claim.scope) key = Hmac(key, part);
  const std::string text = absl::StrCat("AWS4-HMAC-SHA256\n", time, "\n", absl::StrJoin(claim.scope, "/"),
                                        "\n", HashOf(CanonicalRequest(request, claim)));
  return absl::BytesToHexString(Hmac(key, text));
}

AwsRefusal Invalid(std::string message) { return {"InvalidSignatureException", std::move(message)}; }

std::optional<AwsRefusal> CheckHeaders(const Request& request, const Claim& claim) {
  if (!std::is_sorted(claim.signed_headers.begin(), claim.signed_headers.end()))
    return Invalid("SignedHeaders must be in order.");
  for (const std::string& name : claim.signed_headers) {
    if (FindHeader(request.headers, name) == nullptr)
      return Invalid("The signed header '" + name + "' is not in the request.");
  }
  // Whatever of these is sent must be signed; a host always is.
  for (const char* name : {"host", "x-amz-date", "x-amz-security-token"}) {
    const bool sent = FindHeader(request.headers, name) != nullptr;
    const bool covered = std::find(claim.signed_headers.begin(), claim.signed_headers.end(), name) !=
                         claim.signed_headers.end();
    if (sent && !covered) return Invalid(absl::StrCat("'", name, "' must be a signed header."));
  }
  const std::string* hash = FindHeader(request.headers, "x-amz-content-sha256");
  if (hash != nullptr && *hash != HashOf(request.body))
    return Invalid("x-amz-content-sha256 is not the hash of the body.");
  return std::nullopt;
}

std::optional<AwsRefusal> CheckTime(const Claim& claim, const std::string& time, absl::Time now) {
  absl::Time signed_at;
  if (!absl::ParseTime("%E4Y%m%dT%H%M%SZ", time, &signed_at, nullptr))
    return AwsRefusal{"IncompleteSignatureException", "Date must be in ISO-8601 'basic format'."};
  if (claim.scope.front() != time.substr(0, 8))
    return Invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.");
  if (signed_at < now - kSkew) return Invalid("Signature expired: " + time);
  if (signed_at > now + kSkew) return Invalid("Signature not yet current: " + time);
  return std::nullopt;
}

}  // namespace

std::optional<AwsCredentials> AwsCredentialsOf(std::string_view key) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(key.data(), key.size()), absl::MaxSplits(':', 2));
  if (parts.size() < 2) return std::nullopt;
  return AwsCredentials{parts[0], parts[1], parts.size() == 3 ? parts[2] : ""};
}

std::optional<AwsRefusal> FindAwsRefusal(const Request& request, const AwsCredentials& credentials,
                                         std::string_view service,
                                         std::chrono::system_clock::time_point now) {
  const std::string* header = FindHeader(request.headers, "authorization");
  const std::optional<Claim> claim = header == nullptr ? std::nullopt : ReadClaim(*header);
  if (!claim)
    return AwsRefusal{"IncompleteSignatureException",
                      "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders'."};
  const std::string* token = FindHeader(request.headers, "x-amz-security-token");
  if (claim->access_key != credentials.access_key ||
      (token == nullptr ? "" : *token) != credentials.session_token)
    return AwsRefusal{"UnrecognizedClientException",
                      "The security token included in the request is invalid."};
  if (claim->scope[2] != service || claim->scope[3] != "aws4_request")
    return Invalid("Credential should be scoped to correct service: '" + std::string(service) + "'.");
  const std::string* time = FindHeader(request.headers, "x-amz-date");
  const std::string signed_at = time == nullptr ? "" : *time;
  if (auto refusal = CheckTime(*claim, signed_at, absl::FromChrono(now))) return refusal;
  if (auto refusal = CheckHeaders(request, *claim)) return refusal;
  if (SignatureFor(request, *claim, credentials.secret, signed_at) == claim->signature) return std::nullopt;
  return Invalid(
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
      "Access Key and signing method.");
}

}  // namespace spillway::sim
