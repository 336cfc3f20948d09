// The TLS listeners of a configuration: each with its certificate, and the context it greets its clients
// with.
//
// A context is made for one certificate and outlives the configuration it was made for: the next one in which
// the certificate is the same gets the same context, and clients go on resuming their sessions.
//
// Making them reads files and sets up TLS, so it happens off the I/O thread.
#ifndef SPILLWAY_SERVER_LISTENER_CONTEXTS_H_
#define SPILLWAY_SERVER_LISTENER_CONTEXTS_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/config/config_error.h"
#include "server/config/listener_certificates.h"
#include "server/config/source_map.h"
#include "spillway/v1/config.pb.h"
#include "transport/server_tls_context.h"

namespace spillway::server {

struct ListenerContext {
  ListenerCertificate certificate;
  // Null where gRPC does the TLS: it wants the certificate.
  std::shared_ptr<transport::ServerTlsContext> context;
};

// By the listener's path, as in listener_tls.h.
using ListenerContexts = absl::flat_hash_map<std::string, ListenerContext>;

struct ListenerContextsResult {
  ListenerContexts contexts;
  // What ReadListenerCertificates does not see: files that have changed since.
  ConfigErrors errors;

  bool ok() const { return errors.empty(); }
};

// A context for each TLS listener of `config`: that of `former` where the certificate is the same, or where
// `certificates` has none, because the file has done away with a listener that goes on until a restart.
// `source` is the file's, for the places of errors.
ListenerContextsResult ContextsFor(const v1::Config& config, const SourceMap& source,
                                   const ListenerCertificates& certificates,
                                   const ListenerContexts& former = {});

// Null: the listener is one of plain text, or off.
const ListenerContext* Find(const ListenerContexts& contexts, const std::string& listener);

// What a listener greets its clients with is the same.
bool Same(const ListenerContext& a, const ListenerContext& b);

// Whether the same contexts are in both.
bool SameContexts(const ListenerContexts& a, const ListenerContexts& b);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_LISTENER_CONTEXTS_H_
