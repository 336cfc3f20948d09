#include "transport/pooled_http_client.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace spillway::transport {
namespace {

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

}  // namespace

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
  exchange->request = std::move(request);
  exchange->deadline = deadline;
  exchange->handler = std::move(handler);
  return Start(std::move(exchange));
}

ExchangeId PooledHttpClient::SendStream(HttpRequest request, Instant deadline,
                                        std::shared_ptr<StreamHandler> handler) {
  if (closing_) return 0;
  auto exchange = std::make_unique<Exchange>();
  exchange->request = std::move(request);
  exchange->deadline = deadline;
  exchange->stream = std::move(handler);
  return Start(std::move(exchange));
}

ExchangeId PooledHttpClient::Start(std::unique_ptr<Exchange> exchange) {
  const ExchangeId id = ++last_id_;
  exchange->id = id;
  exchange->timing.start = Now();
  if (std::optional<std::string> why = setup_.head.Refuses(exchange->request)) {
    FinishLater(std::move(exchange), {ErrorKind::kMalformed, std::move(*why)});
    return id;
  }
  deadlines_.emplace(exchange->deadline, id);
  timer_.ArmNoLaterThan(exchange->deadline);
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
      exchange->timing.reused_connection && !exchange->released) {
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

void PooledHttpClient::FinishLater(std::unique_ptr<Exchange> exchange, Error error) {
  finished_.push_back({std::move(exchange), std::move(error)});
  if (finished_.size() > 1) return;
  asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) TellFinished();
  });
}

// A stream's handler need not hear of an end that it does not know of yet.
void PooledHttpClient::ForgetFinishedStream(ExchangeId id) {
  const auto it = std::find_if(finished_.begin(), finished_.end(), [id](const Finished& finished) {
    return finished.exchange->id == id && finished.exchange->stream;
  });
  if (it == finished_.end()) return;
  const Finished forgotten = std::move(*it);
  finished_.erase(it);
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
  if (exchange->released) return;
  exchange->timing.end = Now();
  if (!exchange->stream) {
    exchange->handler({std::move(finished.outcome), exchange->timing});
    return;
  }
  std::optional<Error> error;
  if (Error* failed = std::get_if<Error>(&finished.outcome)) error = std::move(*failed);
  exchange->stream->OnEnd(std::move(error), exchange->timing);
}

ConnectionCounts PooledHttpClient::connections() const {
  ConnectionCounts counts;
  counts.idle = pool_.size();
  for (const auto& [id, connection] : exchanges_) {
    ++(connection->connecting() ? counts.connecting : counts.active);
  }
  return counts;
}

}  // namespace spillway::transport
