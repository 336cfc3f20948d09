#include "transport/http_client.h"

#include <deque>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "transport/coarse_timer.h"
#include "transport/connection.h"
#include "transport/exchange.h"
#include "transport/idle_pool.h"

namespace spillway::transport {
namespace {

using Instant = std::chrono::steady_clock::time_point;
using ConnectionPtr = std::shared_ptr<Connection>;

Instant Now() { return std::chrono::steady_clock::now(); }

class PooledHttpClient final : public HttpClient, private Connection::Owner {
 public:
  PooledHttpClient(asio::io_context& io, ConnectionSetup setup, const IdleLimits& limits)
      : io_(io), setup_(std::move(setup)), pool_(limits), timer_(io, [this] { OnTimer(); }) {}
  ~PooledHttpClient() override;

  ExchangeId Send(HttpRequest request, Instant deadline, ExchangeHandler handler) override;
  void Cancel(ExchangeId id) override;
  ConnectionCounts connections() const override;

 private:
  struct Finished {
    std::unique_ptr<Exchange> exchange;
    ExchangeOutcome outcome;
  };

  void OnExchangeEnd(Connection& connection, ExchangeOutcome outcome) override;
  void OnIdleEnd(Connection& connection) override;
  void OnTimer();

  void Assign(std::unique_ptr<Exchange> exchange);
  void OpenFor(std::unique_ptr<Exchange> exchange);
  void Keep(ConnectionPtr connection);
  void CloseExpired(Instant now);
  void Abort(ExchangeId id, Error error);
  void FinishLater(std::unique_ptr<Exchange> exchange, Error error);
  void TellFinished();
  static void Tell(Finished finished);

  asio::io_context& io_;
  ConnectionSetup setup_;
  // Every exchange that is on a connection, by id and by deadline.
  absl::flat_hash_map<ExchangeId, ConnectionPtr> exchanges_;
  absl::btree_set<std::pair<Instant, ExchangeId>> deadlines_;
  IdlePool<ConnectionPtr> pool_;
  // Ended where no handler may be called.
  std::deque<Finished> finished_;
  ExchangeId last_id_ = 0;
  bool closing_ = false;
  CoarseTimer timer_;
  // Expires with the client: handlers may destroy it.
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

PooledHttpClient::~PooledHttpClient() {
  closing_ = true;
  for (const ConnectionPtr& idle : pool_.RemoveAll()) idle->Close();
  for (auto& [id, connection] : exchanges_) {
    finished_.push_back({connection->Close(), Error{ErrorKind::kCancelled, "the client was closed"}});
  }
  exchanges_.clear();
  while (!finished_.empty()) {
    Finished next = std::move(finished_.front());
    finished_.pop_front();
    Tell(std::move(next));
  }
}

ExchangeId PooledHttpClient::Send(HttpRequest request, Instant deadline, ExchangeHandler handler) {
  if (closing_) return 0;
  auto exchange = std::make_unique<Exchange>();
  const ExchangeId id = ++last_id_;
  exchange->id = id;
  exchange->request = std::move(request);
  exchange->deadline = deadline;
  exchange->handler = std::move(handler);
  exchange->timing.start = Now();
  if (std::optional<std::string> why = setup_.head.Refuses(exchange->request)) {
    FinishLater(std::move(exchange), {ErrorKind::kMalformed, std::move(*why)});
    return id;
  }
  deadlines_.emplace(deadline, id);
  timer_.ArmNoLaterThan(deadline);
  CloseExpired(exchange->timing.start);
  Assign(std::move(exchange));
  return id;
}

void PooledHttpClient::Assign(std::unique_ptr<Exchange> exchange) {
  std::optional<ConnectionPtr> kept = pool_.Take();
  if (!kept) {
    OpenFor(std::move(exchange));
    return;
  }
  const ConnectionPtr& connection = *kept;
  exchange->timing.reused_connection = true;
  exchanges_[exchange->id] = connection;
  if (!connection->Reuse(std::move(exchange))) OpenFor(connection->Close());
}

// A fresh connection; takes the place of the one the exchange was on, if any.
void PooledHttpClient::OpenFor(std::unique_ptr<Exchange> exchange) {
  exchange->timing.reused_connection = false;
  const auto connection = std::make_shared<Connection>(io_, setup_, static_cast<Connection::Owner&>(*this));
  exchanges_[exchange->id] = connection;
  connection->Open(std::move(exchange));
}

void PooledHttpClient::OnExchangeEnd(Connection& connection, ExchangeOutcome outcome) {
  const ConnectionPtr held = connection.shared_from_this();
  std::unique_ptr<Exchange> exchange = connection.Detach();
  const Error* error = std::get_if<Error>(&outcome);
  if (error != nullptr && error->kind == ErrorKind::kResetBeforeResponse &&
      exchange->timing.reused_connection) {
    // It died while idle. Once only: the next connection is a fresh one.
    connection.Close();
    OpenFor(std::move(exchange));
    return;
  }
  exchanges_.erase(exchange->id);
  deadlines_.erase({exchange->deadline, exchange->id});
  if (connection.idle()) {
    Keep(held);
  } else {
    connection.Close();
  }
  Tell({std::move(exchange), std::move(outcome)});
}

void PooledHttpClient::Keep(ConnectionPtr connection) {
  const Instant created = connection->created();
  if (std::optional<ConnectionPtr> surplus = pool_.Add(std::move(connection), created, Now())) {
    (*surplus)->Close();
  }
  timer_.ArmNoLaterThan(pool_.NextDue());
}

void PooledHttpClient::OnIdleEnd(Connection& connection) {
  const ConnectionPtr held = connection.shared_from_this();
  pool_.Remove(held);
  connection.Close();
}

void PooledHttpClient::CloseExpired(Instant now) {
  for (const ConnectionPtr& expired : pool_.Expire(now)) expired->Close();
}

void PooledHttpClient::OnTimer() {
  const Instant now = Now();
  CloseExpired(now);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const ExchangeId id = deadlines_.begin()->second;
    const std::string waiting_for = exchanges_.at(id)->WaitingFor();
    Abort(id, {ErrorKind::kTimeout, "timed out waiting for " + waiting_for + " (" + setup_.label + ")"});
  }
  timer_.ArmNoLaterThan(pool_.NextDue());
  if (!deadlines_.empty()) timer_.ArmNoLaterThan(deadlines_.begin()->first);
}

void PooledHttpClient::Cancel(ExchangeId id) {
  if (exchanges_.contains(id)) Abort(id, {ErrorKind::kCancelled, "cancelled"});
}

void PooledHttpClient::Abort(ExchangeId id, Error error) {
  const auto it = exchanges_.find(id);
  const ConnectionPtr connection = std::move(it->second);
  exchanges_.erase(it);
  std::unique_ptr<Exchange> exchange = connection->Close();
  deadlines_.erase({exchange->deadline, id});
  FinishLater(std::move(exchange), std::move(error));
}

void PooledHttpClient::FinishLater(std::unique_ptr<Exchange> exchange, Error error) {
  finished_.push_back({std::move(exchange), std::move(error)});
  if (finished_.size() > 1) return;
  asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) TellFinished();
  });
}

void PooledHttpClient::TellFinished() {
  const std::weak_ptr<char> alive = alive_;
  while (!alive.expired() && !finished_.empty()) {
    Finished next = std::move(finished_.front());
    finished_.pop_front();
    Tell(std::move(next));
  }
}

// The handler is the last thing that happens: it may destroy the client.
void PooledHttpClient::Tell(Finished finished) {
  const std::unique_ptr<Exchange> exchange = std::move(finished.exchange);
  exchange->timing.end = Now();
  exchange->handler({std::move(finished.outcome), exchange->timing});
}

ConnectionCounts PooledHttpClient::connections() const {
  ConnectionCounts counts;
  counts.idle = pool_.size();
  for (const auto& [id, connection] : exchanges_) {
    ++(connection->connecting() ? counts.connecting : counts.active);
  }
  return counts;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(asio::io_context& io,
                                                               const ClientOptions& options) {
  absl::StatusOr<RequestHead> head = RequestHead::Create(options.origin, options.secret_headers);
  if (!head.ok()) return head.status();
  std::unique_ptr<TlsContext> tls;
  if (options.origin.tls) {
    const std::string& name = options.server_name.empty() ? options.origin.host : options.server_name;
    absl::StatusOr<std::unique_ptr<TlsContext>> made = TlsContext::Create(options.ca_file, name);
    if (!made.ok()) return made.status();
    tls = std::move(*made);
  }
  ConnectionSetup setup{
      .origin = options.origin,
      .label = options.origin.host + ":" + std::to_string(options.origin.port),
      .head = std::move(*head),
      .tls = std::move(tls),
      .limits = {.max_header_bytes = options.max_header_bytes, .max_body_bytes = options.max_body_bytes},
      .scratch = {}};
  const IdleLimits limits{options.max_idle, options.idle_timeout, options.max_age};
  return std::make_unique<PooledHttpClient>(io, std::move(setup), limits);
}

}  // namespace spillway::transport
