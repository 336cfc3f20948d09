// The endpoints of a configuration: each with its HTTP client, and what its codecs must know.
//
// A client is made for one definition (URL, authorities, key) and outlives the configuration it was made for:
// the next one that defines the endpoint alike gets the same client, its warm connections included.
//
// Making them reads files and sets up TLS, so it happens off the I/O thread. From the moment a client is in
// use it belongs to that thread, where its last owner must let go of it; one that was never used may go
// anywhere.
#ifndef SPILLWAY_SERVER_ENDPOINT_CLIENTS_H_
#define SPILLWAY_SERVER_ENDPOINT_CLIENTS_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/aws_signer.h"
#include "server/config/config_error.h"
#include "server/config/config_loader.h"
#include "server/config/secrets.h"
#include "server/secret_scrubber.h"
#include "transport/http_client.h"

namespace spillway::server {

// Everything a client's connections depend on.
struct ClientDefinition {
  std::string url;
  v1::Api api = v1::API_UNSPECIFIED;
  // The header that carries the key, as the API wants it.
  std::string key_header;
  SecretString key;
  std::string server_name;
  std::string ca_file;
  // SHA-256 of that file: a rotated authority is another one.
  std::string ca_digest;

  friend bool operator==(const ClientDefinition&, const ClientDefinition&) = default;
};

struct EndpointClient {
  ClientDefinition definition;
  std::shared_ptr<transport::HttpClient> client;
  // Both of the URL.
  transport::Origin origin;
  std::string base_path;
  std::string api_version;
  // Null where requests need no signature.
  std::shared_ptr<AwsSigner> signer;
  // Of all the secrets that requests show.
  std::shared_ptr<const SecretScrubber> scrubber;
};

// By the endpoint's name.
using EndpointClients = absl::flat_hash_map<std::string, EndpointClient>;

struct EndpointClientsResult {
  EndpointClients clients;
  // What ResolveSecrets does not see: a file of authorities that OpenSSL cannot read.
  ConfigErrors errors;

  bool ok() const { return errors.empty(); }
};

// A client for each endpoint: that of `former` where the definition is the same. `secrets` are those of
// `loaded`, which passed validation.
EndpointClientsResult ClientsFor(boost::asio::io_context& io, const LoadedConfig& loaded,
                                 const ResolvedSecrets& secrets, const EndpointClients& former = {});

// Whether requests go out in the same way: the same client, the same signer.
bool SameClient(const EndpointClient& a, const EndpointClient& b);

// Whether the same endpoints are in both, with the same clients.
bool SameClients(const EndpointClients& a, const EndpointClients& b);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ENDPOINT_CLIENTS_H_
