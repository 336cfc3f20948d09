// What ends or changes an exchange under way from outside: its deadline, cancelling, pausing, releasing.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "transport/pooled_http_client.h"

namespace spillway::transport {
namespace {

// How long the end of a released answer may take.
constexpr auto kReleaseTime = std::chrono::seconds(1);

}  // namespace

void PooledHttpClient::OnTimer() {
  const std::weak_ptr<char> alive = alive_;
  const Instant now = std::chrono::steady_clock::now();
  CloseExpired(now);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Expire(deadlines_.begin()->second, now);
    if (alive.expired()) return;
  }
  timer_.ArmNoLaterThan(pool_.NextDue());
  if (!deadlines_.empty()) timer_.ArmNoLaterThan(deadlines_.begin()->first);
}

void PooledHttpClient::Expire(ExchangeId id, Instant now) {
  const ConnectionPtr connection = exchanges_.at(id);
  if (connection->exchange()->released) {
    Remove(id);
    return;
  }
  if (const std::shared_ptr<StreamHandler> stream = connection->exchange()->stream) {
    const std::weak_ptr<char> alive = alive_;
    const std::optional<Instant> later = stream->OnDeadline(now);
    // The handler may have cancelled or released the exchange, or destroyed the client.
    if (alive.expired() || FindStream(id) == nullptr) return;
    if (later && *later > now) {
      MoveDeadline(*connection->exchange(), *later);
      return;
    }
  }
  std::string words = "timed out waiting for " + connection->WaitingFor() + " (" + setup_.label + ")";
  FinishLater(Remove(id), {ErrorKind::kTimeout, std::move(words)});
}

void PooledHttpClient::Cancel(ExchangeId id) {
  ForgetFinishedStream(id);
  const auto it = exchanges_.find(id);
  if (it == exchanges_.end() || it->second->exchange()->released) return;
  std::unique_ptr<Exchange> exchange = Remove(id);
  if (!exchange->stream) FinishLater(std::move(exchange), {ErrorKind::kCancelled, "cancelled"});
}

void PooledHttpClient::SetDeadline(ExchangeId id, Instant deadline) {
  if (Connection* connection = FindStream(id)) MoveDeadline(*connection->exchange(), deadline);
}

void PooledHttpClient::Pause(ExchangeId id) {
  if (Connection* connection = FindStream(id)) connection->exchange()->paused = true;
}

void PooledHttpClient::Resume(ExchangeId id) {
  Connection* connection = FindStream(id);
  if (connection != nullptr && std::exchange(connection->exchange()->paused, false)) connection->ReadLater();
}

void PooledHttpClient::Release(ExchangeId id) {
  ForgetFinishedStream(id);
  Connection* connection = FindStream(id);
  if (connection == nullptr) return;
  if (connection->connecting()) {
    Remove(id);
    return;
  }
  Exchange& exchange = *connection->exchange();
  exchange.released = true;
  MoveDeadline(exchange, std::chrono::steady_clock::now() + kReleaseTime);
  if (std::exchange(exchange.paused, false)) connection->ReadLater();
  // Last: it may be the last that held the handler.
  exchange.stream.reset();
}

// The connection of a stream whose handler is still to be told of it, or null.
Connection* PooledHttpClient::FindStream(ExchangeId id) {
  const auto it = exchanges_.find(id);
  return it != exchanges_.end() && it->second->exchange()->stream ? it->second.get() : nullptr;
}

void PooledHttpClient::MoveDeadline(Exchange& exchange, Instant deadline) {
  deadlines_.erase({exchange.deadline, exchange.id});
  exchange.deadline = deadline;
  deadlines_.emplace(deadline, exchange.id);
  timer_.ArmNoLaterThan(deadline);
}

// Closes the connection under an exchange.
std::unique_ptr<Exchange> PooledHttpClient::Remove(ExchangeId id) {
  const auto it = exchanges_.find(id);
  const ConnectionPtr connection = std::move(it->second);
  exchanges_.erase(it);
  std::unique_ptr<Exchange> exchange = connection->Close();
  deadlines_.erase({exchange->deadline, id});
  return exchange;
}

}  // namespace spillway::transport
