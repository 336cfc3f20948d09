#include "server/endpoint_clients.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/config/aws_region.h"
#include "server/config/findings.h"
#include "server/config/read_file.h"
#include "server/credential_header.h"

namespace spillway::server {
namespace {

// Of the file as it is now; empty: it cannot be read, which making the client will notice, too.
std::string DigestOf(const std::string& file) {
  if (file.empty()) return "";
  const absl::StatusOr<std::string> bytes = ReadFile(file, kMaxCaFileBytes);
  if (!bytes.ok()) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes->data(), bytes->size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {digest.begin(), digest.begin() + size};
}

ClientDefinition DefinitionOf(const v1::Endpoint& endpoint, v1::Api api, const std::string& base_path,
                              const EndpointSecrets& secrets) {
  ClientDefinition definition;
  definition.url = endpoint.url();
  definition.api = api;
  definition.key_header = KeyHeader(api, endpoint.api_version(), base_path);
  definition.key = secrets.api_key;
  definition.server_name = endpoint.tls().server_name();
  definition.ca_file = endpoint.tls().ca_file();
  definition.ca_digest = DigestOf(definition.ca_file);
  return definition;
}

absl::StatusOr<std::unique_ptr<transport::HttpClient>> NewClient(boost::asio::io_context& io,
                                                                 const ClientDefinition& definition,
                                                                 const transport::Origin& origin) {
  transport::ClientOptions options;
  options.origin = origin;
  options.ca_file = definition.ca_file;
  options.server_name = definition.server_name;
  if (!definition.key.empty()) {
    options.secret_headers.push_back(CredentialHeader(definition.key_header, definition.key));
  }
  return transport::HttpClient::Create(io, options);
}

}  // namespace

EndpointClientsResult ClientsFor(boost::asio::io_context& io, const LoadedConfig& loaded,
                                 const ResolvedSecrets& secrets, const EndpointClients& former) {
  EndpointClientsResult result;
  Findings findings(loaded.source, &result.errors);
  absl::flat_hash_map<std::string, v1::Api> apis;
  for (const v1::Provider& provider : loaded.config.providers())
    apis.emplace(provider.name(), provider.api());
  for (int i = 0; i < loaded.config.endpoints_size(); ++i) {
    const v1::Endpoint& endpoint = loaded.config.endpoints(i);
    const std::string path = ItemPath("endpoints", static_cast<std::size_t>(i));
    const absl::StatusOr<transport::ParsedUrl> url = transport::ParseUrl(endpoint.url());
    if (!url.ok()) {
      findings.Add(FieldPath(path, "url"), std::string(url.status().message()));
      continue;
    }
    EndpointClient& added = result.clients[endpoint.name()];
    const auto found = secrets.find(endpoint.name());
    const EndpointSecrets own = found == secrets.end() ? EndpointSecrets() : found->second;
    added.definition = DefinitionOf(endpoint, apis.at(endpoint.provider()), url->base_path, own);
    added.origin = url->origin;
    added.base_path = url->base_path;
    added.api_version = endpoint.api_version();
    const auto old = former.find(endpoint.name());
    if (!own.aws.empty()) {
      added.signer = std::make_shared<AwsSigner>(own.aws, AwsRegionOf(endpoint), HostHeader(url->origin));
      const bool known = old != former.end() && old->second.signer != nullptr;
      if (known && old->second.signer->SignsAs(*added.signer)) added.signer = old->second.signer;
    }
    if (old != former.end() && old->second.definition == added.definition) {
      added.client = old->second.client;
      if (old->second.signer == added.signer) added.scrubber = old->second.scrubber;
    }
    if (added.scrubber == nullptr) added.scrubber = std::make_shared<const SecretScrubber>(own);
    if (added.client != nullptr) continue;
    auto made = NewClient(io, added.definition, url->origin);
    if (!made.ok()) {
      findings.Add(FieldPath(path, added.definition.ca_file.empty() ? "url" : "tls.ca_file"),
                   std::string(made.status().message()));
      continue;
    }
    added.client = *std::move(made);
    // It was replaced between the two readings: equal to nothing, so that the next reload makes a client
    // anew.
    if (DigestOf(added.definition.ca_file) != added.definition.ca_digest) added.definition.ca_digest = "?";
  }
  SortErrors(&result.errors);
  return result;
}

bool SameClient(const EndpointClient& a, const EndpointClient& b) {
  return a.client == b.client && a.signer == b.signer;
}

bool SameClients(const EndpointClients& a, const EndpointClients& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& entry) {
           const auto found = b.find(entry.first);
           return found != b.end() && SameClient(entry.second, found->second);
         });
}

}  // namespace spillway::server
