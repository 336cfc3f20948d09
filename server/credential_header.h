// The request header that carries an endpoint's key, in the form the provider's API wants. Pure; thread-safe.
#ifndef SPILLWAY_SERVER_CREDENTIAL_HEADER_H_
#define SPILLWAY_SERVER_CREDENTIAL_HEADER_H_

#include <string>
#include <string_view>
#include <utility>

#include "server/config/secret_string.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// The header's name. `base_path` is that of the endpoint's URL: Vertex takes an access token where AI Studio
// takes a key. `api_version` is the endpoint's: Anthropic's newer versions take a bearer token.
std::string KeyHeader(v1::Api api, std::string_view api_version, std::string_view base_path);

// Name and value, for transport::ClientOptions::secret_headers. The value holds the key: it goes nowhere
// else.
std::pair<std::string, std::string> CredentialHeader(const std::string& name, const SecretString& key);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CREDENTIAL_HEADER_H_
