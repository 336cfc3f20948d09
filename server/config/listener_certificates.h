// The certificates of listeners: read from the files that the configuration names, and checked.
//
// Blocking file reads; for start-up, --check and reload. Thread-safe. No message holds a line of a file.
#ifndef SPILLWAY_SERVER_CONFIG_LISTENER_CERTIFICATES_H_
#define SPILLWAY_SERVER_CONFIG_LISTENER_CERTIFICATES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/config/config_error.h"
#include "server/config/config_loader.h"
#include "server/config/secret_string.h"

namespace spillway::server {

// Whole files, PEM.
struct ListenerCertificate {
  std::string chain;
  SecretString key;
  // Empty: clients are asked for no certificate.
  std::string client_ca;

  friend bool operator==(const ListenerCertificate&, const ListenerCertificate&) = default;
};

// By the listener's path, as in listener_tls.h. A listener of plain text has none.
using ListenerCertificates = absl::flat_hash_map<std::string, ListenerCertificate>;

struct ListenerCertificatesResult {
  ListenerCertificates certificates;
  // Empty: OpenSSL takes each chain with its key, and knows the clients' authorities. In the order of their
  // positions. Whether a certificate has expired is not looked at: its clients say so.
  ConfigErrors errors;
};

// Paths in the configuration are relative to the working directory.
ListenerCertificatesResult ReadListenerCertificates(const LoadedConfig& loaded);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_LISTENER_CERTIFICATES_H_
