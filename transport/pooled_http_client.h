// The HttpClient there is: a pool of connections, and the exchanges they carry.
//
// Thread-safety, ownership and time are HttpClient's. An exchange is on a connection (exchanges_ and
// deadlines_ name it) until it ends; then its handler is told, or if that must not be now, it waits in
// finished_.
#ifndef SPILLWAY_TRANSPORT_POOLED_HTTP_CLIENT_H_
#define SPILLWAY_TRANSPORT_POOLED_HTTP_CLIENT_H_

#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "transport/asio_types.h"
#include "transport/coarse_timer.h"
#include "transport/connection.h"
#include "transport/error.h"
#include "transport/exchange.h"
#include "transport/http_client.h"
#include "transport/idle_pool.h"

namespace spillway::transport {

class PooledHttpClient final : public HttpClient, private Connection::Owner {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  PooledHttpClient(asio::io_context& io, ConnectionSetup setup, const IdleLimits& limits)
      : io_(io), setup_(std::move(setup)), pool_(limits), timer_(io, [this] { OnTimer(); }) {}
  ~PooledHttpClient() override;

  ExchangeId Send(HttpRequest request, Instant deadline, ExchangeHandler handler) override;
  ExchangeId SendStream(HttpRequest request, Instant deadline,
                        std::shared_ptr<StreamHandler> handler) override;
  void Cancel(ExchangeId id) override;
  void SetDeadline(ExchangeId id, Instant deadline) override;
  void Pause(ExchangeId id) override;
  void Resume(ExchangeId id) override;
  void Release(ExchangeId id) override;
  ConnectionCounts connections() const override;

 private:
  using ConnectionPtr = std::shared_ptr<Connection>;

  struct Finished {
    std::unique_ptr<Exchange> exchange;
    ExchangeOutcome outcome;
  };

  void OnExchangeEnd(Connection& connection, ExchangeOutcome outcome) override;
  void OnIdleEnd(Connection& connection) override;
  void OnTimer();

  ExchangeId Start(std::unique_ptr<Exchange> exchange);
  void Assign(std::unique_ptr<Exchange> exchange);
  void OpenFor(std::unique_ptr<Exchange> exchange);
  void Keep(ConnectionPtr connection);
  void CloseExpired(Instant now);
  Connection* FindStream(ExchangeId id);
  void MoveDeadline(Exchange& exchange, Instant deadline);
  void Expire(ExchangeId id, Instant now);
  std::unique_ptr<Exchange> Remove(ExchangeId id);
  void FinishLater(std::unique_ptr<Exchange> exchange, Error error);
  void ForgetFinishedStream(ExchangeId id);
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

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_POOLED_HTTP_CLIENT_H_
