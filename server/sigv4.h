// AWS Signature Version 4, as everything but S3 wants it.
//
// A request is brought into one canonical form, hashed together with the time and the scope, and signed
// with a key derived from the secret for one day, region and service. The path is encoded once more than it
// is on the wire: %3A is signed as %253A. See "Signature Version 4 signing process" in AWS's IAM guide. Pure
// functions; thread-safe.
#ifndef SPILLWAY_SERVER_SIGV4_H_
#define SPILLWAY_SERVER_SIGV4_H_

#include <chrono>
#include <string>
#include <string_view>

#include "transport/http_message.h"

namespace spillway::server {

// What is signed. All of `headers` are, so they must reach the server as they stand here.
struct SigV4Request {
  std::string_view method = "POST";
  // Path and query as on the wire.
  std::string_view target;
  HttpHeaders headers;
  // SHA-256 of the body, in hex.
  std::string body_digest;
};

// Where and when a signature holds.
struct SigV4Scope {
  // 20150830T123600Z
  std::string time;
  std::string region;
  std::string service;

  // 20150830/us-east-1/bedrock/aws4_request
  std::string Name() const;
};

// The canonical request, and the names of its headers as the signature lists them.
struct CanonicalRequest {
  std::string text;
  std::string signed_headers;
};

CanonicalRequest Canonical(const SigV4Request& request);

std::string StringToSign(const CanonicalRequest& canonical, const SigV4Scope& scope);

// The key for one day; the bytes are secret.
std::string SigningKey(std::string_view secret_access_key, const SigV4Scope& scope);

// The value of the Authorization header.
std::string SigV4Authorization(std::string_view access_key_id, std::string_view signing_key,
                               const SigV4Request& request, const SigV4Scope& scope);

// SHA-256 in lower-case hex.
std::string HexDigest(std::string_view bytes);

// "20150830T123600Z".
std::string AmzTime(std::chrono::system_clock::time_point now);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_SIGV4_H_
