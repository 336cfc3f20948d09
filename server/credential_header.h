// The request header that carries an endpoint's key, in the form the provider's API wants. Pure; thread-safe.
#ifndef SPILLWAY_SERVER_CREDENTIAL_HEADER_H_
#define SPILLWAY_SERVER_CREDENTIAL_HEADER_H_

#include <string>
#include <utility>

#include "server/config/secret_string.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Name and value, for transport::ClientOptions::secret_headers. The value holds the key: it goes nowhere
// else.
std::pair<std::string, std::string> CredentialHeader(v1::Api api, const SecretString& key);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CREDENTIAL_HEADER_H_
