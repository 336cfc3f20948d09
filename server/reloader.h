// Puts configurations in force, one after the other and each of them whole or not at all.
//
//   read the file, its keys and certificates -> check -> make clients and codecs      on the caller's thread
//                                                     |
//                        table, runtime, hash: one handler on the I/O thread, where every call begins
//
// No call sees half of a reload, and none waits for a file or for OpenSSL. A call under way ends on what
// it began with. What goes wrong goes wrong before that handler.
//
// Thread-safe, but for the I/O thread, which must not call and must be running. Reloads queue up.
// Ownership: everything it is given outlives it.
#ifndef SPILLWAY_SERVER_RELOADER_H_
#define SPILLWAY_SERVER_RELOADER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/call_runner.h"
#include "server/config/config_reading.h"
#include "server/listener_contexts.h"
#include "server/reload_result.h"
#include "server/shared_router.h"

namespace spillway::server {

struct ConfigInForce {
  // Never null once Begin has succeeded.
  std::shared_ptr<const v1::Config> config;
  std::uint64_t hash = 0;
};

// Takes what a listener is to greet its clients with from now on.
using UseContext = std::function<void(const ListenerContext&)>;

class Reloader {
 public:
  // `get_env` is asked for keys at every reload, on the thread that calls for it.
  Reloader(boost::asio::io_context& io, SharedRouter& router, CallRunner& runner, Metrics& metrics,
           GetEnv get_env);

  // Puts the first configuration in force, which is one without errors. Once, before all else. Errors that
  // only show now: the trust store of an endpoint cannot be loaded.
  ConfigErrors Begin(ConfigReading reading);

  // Reads the file of the first configuration again and puts it in force. Counts and logs what came of it;
  // `trigger` says there who asked: "SIGHUP", "rpc", "file".
  ReloadResult Reload(std::string_view trigger);

  // False: a reload was still under way at `deadline`, on whatever thread; what it reads may hang for ever.
  bool AwaitIdle(absl::Time deadline) const;

  // The same, and none begins from now on: one that is asked for is rejected, and neither counted nor logged.
  bool Close(absl::Time deadline);

  // `use` is called on the I/O thread: at once, and whenever a reload brings the TLS listener at that path
  // (listener_tls.h) another certificate. Never for one of plain text. It outlives the last reload.
  void FollowCertificate(const std::string& listener, UseContext use);
  // What it is now, and what gRPC makes its own of; none: the listener is one of plain text.
  std::shared_ptr<transport::ServerTlsContext> TlsContextOf(const std::string& listener) const;
  std::optional<ListenerCertificate> CertificateOf(const std::string& listener) const;

  const std::string& path() const { return path_; }
  ConfigInForce in_force() const;
  // The files that were read last, be it in vain, as they were then.
  WatchedFiles files() const;

 private:
  ReloadResult PutInForce(const ConfigReading& reading) ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);
  void SwitchTo(std::shared_ptr<Runtime> next, const router::TableSpec& spec, ListenerContexts contexts,
                std::uint64_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);
  void OnIoThread(const std::function<void()>& work);

  boost::asio::io_context& io_;
  SharedRouter& router_;
  CallRunner& runner_;
  Metrics& metrics_;
  const GetEnv get_env_;
  // Fixed by Begin.
  std::string path_;
  v1::Config started_;

  // Held through a reload.
  mutable absl::Mutex reloading_;
  // The one in force. Owned by the runner and the calls.
  std::weak_ptr<Runtime> runtime_ ABSL_GUARDED_BY(reloading_);
  ListenerContexts contexts_ ABSL_GUARDED_BY(reloading_);
  // By the listener's path.
  absl::flat_hash_map<std::string, UseContext> followers_ ABSL_GUARDED_BY(reloading_);

  mutable absl::Mutex mutex_;
  ConfigInForce in_force_ ABSL_GUARDED_BY(mutex_);
  WatchedFiles files_ ABSL_GUARDED_BY(mutex_);
  // Reloads that wait for their turn, and the one that has it.
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RELOADER_H_
