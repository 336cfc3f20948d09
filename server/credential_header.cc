#include "server/credential_header.h"

namespace spillway::server {

std::pair<std::string, std::string> CredentialHeader(v1::Api api, const SecretString& key) {
  // Azure takes a bearer, too, but for a token of its directory, not for a key.
  if (api == v1::API_AZURE_OPENAI) return {"api-key", key.Reveal()};
  return {"Authorization", "Bearer " + key.Reveal()};
}

}  // namespace spillway::server
