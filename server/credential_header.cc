#include "server/credential_header.h"

namespace spillway::server {
namespace {

constexpr char kBearer[] = "Authorization";
// The first version whose clients send a bearer token in place of x-api-key. Versions are dates.
constexpr std::string_view kAnthropicBearerSince = "2026-10-21";

}  // namespace

std::string KeyHeader(v1::Api api, std::string_view api_version, std::string_view base_path) {
  switch (api) {
    case v1::API_AZURE_OPENAI:
      // It takes a bearer, too, but for a token of its directory, not for a key.
      return "api-key";
    case v1::API_ANTHROPIC:
      return api_version >= kAnthropicBearerSince ? kBearer : "x-api-key";
    case v1::API_GEMINI:
      // Vertex refuses keys at a project's URLs, and wants an access token there.
      return base_path.find("/projects/") != std::string_view::npos ? kBearer : "x-goog-api-key";
    default:
      return kBearer;
  }
}

std::pair<std::string, std::string> CredentialHeader(const std::string& name, const SecretString& key) {
  return {name, name == kBearer ? "Bearer " + key.Reveal() : key.Reveal()};
}

}  // namespace spillway::server
