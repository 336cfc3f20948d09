// Whom to trust: the system's authorities, read once for all clients, or a file's.
//
// Thread-safe. The system's store is shared and lives as long as someone uses it: reading it
// takes some 20 ms, too much to do once per endpoint.
#ifndef SPILLWAY_TRANSPORT_TRUST_STORE_H_
#define SPILLWAY_TRANSPORT_TRUST_STORE_H_

#include <openssl/x509_vfy.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace spillway::transport {

using TrustStore = std::shared_ptr<X509_STORE>;

// The authorities in `ca_file` (PEM); empty: the system's, where SSL_CERT_FILE and SSL_CERT_DIR
// have their usual say. FAILED_PRECONDITION: the file cannot be read or holds no certificate.
absl::StatusOr<TrustStore> LoadTrustStore(const std::string& ca_file);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_TRUST_STORE_H_
