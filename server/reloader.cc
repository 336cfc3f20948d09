#include "server/reloader.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/synchronization/notification.h"
#include "server/config/restart_settings.h"
#include "server/reload_report.h"
#include "server/table_spec.h"

namespace spillway::server {

Reloader::Reloader(boost::asio::io_context& io, SharedRouter& router, CallRunner& runner, Metrics& metrics,
                   GetEnv get_env)
    : io_(io), router_(router), runner_(runner), metrics_(metrics), get_env_(std::move(get_env)) {}

ConfigErrors Reloader::Begin(ConfigReading reading) {
  const absl::MutexLock lock(&reloading_);
  path_ = reading.path;
  started_ = reading.loaded->config;
  {
    const absl::MutexLock state(&mutex_);
    files_ = std::move(reading.files);
  }
  return PutInForce(reading).errors;
}

ReloadResult Reloader::Reload(std::string_view trigger) {
  {
    const absl::MutexLock state(&mutex_);
    if (closed_) {
      ReloadResult late;
      late.errors.push_back({.what = "the server is stopping"});
      late.hash = in_force_.hash;
      return late;
    }
    ++under_way_;
  }
  const absl::Cleanup done = [this] {
    const absl::MutexLock state(&mutex_);
    --under_way_;
  };
  const absl::MutexLock lock(&reloading_);
  ConfigReading reading = ReadConfig(path_, get_env_);
  {
    const absl::MutexLock state(&mutex_);
    files_ = std::move(reading.files);
  }
  ReloadResult result;
  if (reading.ok()) {
    result = PutInForce(reading);
  } else {
    result.errors = std::move(reading.errors);
  }
  result.hash = in_force().hash;
  metrics_.CountReload(result.outcome);
  LogReload(path_, trigger, result);
  return result;
}

bool Reloader::AwaitIdle(absl::Time deadline) const {
  const absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
  return mutex_.AwaitWithDeadline(absl::Condition(&idle), deadline);
}

bool Reloader::Close(absl::Time deadline) {
  {
    const absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  return AwaitIdle(deadline);
}

ReloadResult Reloader::PutInForce(const ConfigReading& reading) {
  ReloadResult result;
  const LoadedConfig& loaded = *reading.loaded;
  std::shared_ptr<Runtime> former = runtime_.lock();
  const EndpointClients none;
  EndpointClientsResult made = ClientsFor(io_, loaded, reading.secrets, former ? former->endpoints() : none);
  LiveConfig live = LivePartOf(loaded.config, started_);
  ListenerContextsResult tls = ContextsFor(live.config, loaded.source, reading.certificates, contexts_);
  if (!made.ok() || !tls.ok()) {
    result.errors = std::move(made.errors);
    result.errors.insert(result.errors.end(), tls.errors.begin(), tls.errors.end());
    SortErrors(&result.errors);
    return result;
  }
  result.restart_needed = std::move(live.restart_needed);
  const std::uint64_t hash = ConfigHash(live.config);
  if (former && hash == in_force().hash && SameClients(made.clients, former->endpoints()) &&
      SameContexts(tls.contexts, contexts_)) {
    result.outcome = ReloadOutcome::kUnchanged;
    return result;
  }
  const router::TableSpec spec = TableSpecFrom(live.config);
  // Has the leaves and routes that the table in force will have, at the same places.
  const router::Router rehearsal(spec, 0);
  auto next = Runtime::Create(live.config, std::move(made.clients), rehearsal.table(), metrics_);
  if (next->callers().open() && !(former && former->callers().open())) WarnOpenToAll();
  runtime_ = next;
  former.reset();
  SwitchTo(std::move(next), spec, std::move(tls.contexts), hash);
  {
    const absl::MutexLock state(&mutex_);
    in_force_ = {std::make_shared<const v1::Config>(std::move(live.config)), hash};
  }
  // Who is told of it finds it in force: a watch whose key it withdraws ends now, not at the next change.
  router_.ReportTargets(std::chrono::steady_clock::now());
  result.outcome = ReloadOutcome::kApplied;
  return result;
}

void Reloader::SwitchTo(std::shared_ptr<Runtime> next, const router::TableSpec& spec,
                        ListenerContexts contexts, std::uint64_t hash) {
  std::vector<std::function<void()>> news;
  for (const auto& [listener, use] : followers_) {
    const ListenerContext* now = Find(contexts, listener);
    const ListenerContext* before = Find(contexts_, listener);
    if (now == nullptr || (before != nullptr && Same(*before, *now))) continue;
    news.push_back([&use = use, now] { use(*now); });
  }
  OnIoThread([&] {
    for (const auto& tell : news) tell();
    const std::shared_ptr<Runtime> former = runner_.runtime();
    next->Bind(router_.Replace(spec));
    runner_.Use(std::move(next));
    metrics_.SetConfigHash(hash);
    if (former == nullptr) return;
    for (const auto& [name, endpoint] : former->endpoints()) {
      const auto now = runner_.runtime()->endpoints().find(name);
      if (now == runner_.runtime()->endpoints().end()) {
        metrics_.ForgetEndpoint(name);
      } else if (!SameClient(endpoint, now->second)) {
        router_.Reconsider(name, std::chrono::steady_clock::now());
      }
    }
  });
  contexts_ = std::move(contexts);
}

void Reloader::FollowCertificate(const std::string& listener, UseContext use) {
  const absl::MutexLock lock(&reloading_);
  const UseContext& follower = followers_[listener] = std::move(use);
  const ListenerContext* now = Find(contexts_, listener);
  if (now != nullptr) OnIoThread([&] { follower(*now); });
}

std::shared_ptr<transport::ServerTlsContext> Reloader::TlsContextOf(const std::string& listener) const {
  const absl::MutexLock lock(&reloading_);
  const ListenerContext* now = Find(contexts_, listener);
  return now == nullptr ? nullptr : now->context;
}

std::optional<ListenerCertificate> Reloader::CertificateOf(const std::string& listener) const {
  const absl::MutexLock lock(&reloading_);
  const ListenerContext* now = Find(contexts_, listener);
  return now == nullptr ? std::nullopt : std::optional(now->certificate);
}

void Reloader::OnIoThread(const std::function<void()>& work) {
  absl::Notification done;
  boost::asio::post(io_, [&] {
    work();
    done.Notify();
  });
  done.WaitForNotification();
}

ConfigInForce Reloader::in_force() const {
  const absl::MutexLock lock(&mutex_);
  return in_force_;
}

WatchedFiles Reloader::files() const {
  const absl::MutexLock lock(&mutex_);
  return files_;
}

}  // namespace spillway::server
