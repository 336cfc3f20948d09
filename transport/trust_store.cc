#include "transport/trust_store.h"

#include <openssl/err.h>

#include <fstream>
#include <mutex>

#include "absl/status/status.h"

namespace spillway::transport {
namespace {

TrustStore NewStore() { return TrustStore(X509_STORE_new(), X509_STORE_free); }

absl::StatusOr<TrustStore> SystemStore() {
  static std::mutex mutex;
  static std::weak_ptr<X509_STORE> shared;
  const std::lock_guard lock(mutex);
  if (TrustStore store = shared.lock()) return store;
  TrustStore store = NewStore();
  if (!store || X509_STORE_set_default_paths(store.get()) != 1) {
    return absl::FailedPreconditionError("the system's trusted certificates cannot be loaded");
  }
  ERR_clear_error();
  shared = store;
  return store;
}

absl::StatusOr<TrustStore> FileStore(const std::string& ca_file) {
  if (!std::ifstream(ca_file).good()) {
    return absl::FailedPreconditionError("ca_file \"" + ca_file + "\" cannot be read");
  }
  TrustStore store = NewStore();
  const bool loaded = store && X509_STORE_load_file(store.get(), ca_file.c_str()) == 1;
  ERR_clear_error();
  if (!loaded) {
    return absl::FailedPreconditionError("ca_file \"" + ca_file + "\" holds no readable PEM certificate");
  }
  // What the operator names is trusted as it is, be it an intermediate or the server's own.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

}  // namespace

absl::StatusOr<TrustStore> LoadTrustStore(const std::string& ca_file) {
  return ca_file.empty() ? SystemStore() : FileStore(ca_file);
}

}  // namespace spillway::transport
