#include "server/aws_signer.h"

#include <utility>

namespace spillway::server {
namespace {

// Proxies may touch what else there is.
bool IsSigned(const std::string& name) { return name.starts_with("X-Amz-") || name == "Content-Type"; }

}  // namespace

AwsSigner::AwsSigner(AwsKeys keys, std::string region, std::string host)
    : keys_(std::move(keys)), region_(std::move(region)), host_(std::move(host)) {}

void AwsSigner::Sign(std::chrono::system_clock::time_point now, HttpRequest& request) {
  const SigV4Scope scope{AmzTime(now), region_, "bedrock"};
  if (std::string day = scope.time.substr(0, 8); day != day_) {
    signing_key_ = SecretString(SigningKey(keys_.secret_access_key.Reveal(), scope));
    day_ = std::move(day);
  }
  SigV4Request signed_request{.target = request.path, .body_digest = HexDigest(request.body)};
  request.headers.emplace_back("X-Amz-Date", scope.time);
  request.headers.emplace_back("X-Amz-Content-Sha256", signed_request.body_digest);
  if (!keys_.session_token.empty()) {
    request.headers.emplace_back("X-Amz-Security-Token", keys_.session_token.Reveal());
  }
  signed_request.headers.emplace_back("Host", host_);
  for (const auto& header : request.headers) {
    if (IsSigned(header.first)) signed_request.headers.push_back(header);
  }
  request.headers.emplace_back(
      "Authorization",
      SigV4Authorization(keys_.access_key_id.Reveal(), signing_key_.Reveal(), signed_request, scope));
}

}  // namespace spillway::server
