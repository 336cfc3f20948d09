// One exchange from Send to its handler, wherever it is: on a connection, moved to a fresh one,
// or done and waiting to be told.
#ifndef SPILLWAY_TRANSPORT_EXCHANGE_H_
#define SPILLWAY_TRANSPORT_EXCHANGE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <variant>

#include "transport/error.h"
#include "transport/http_client.h"
#include "transport/http_message.h"

namespace spillway::transport {

struct Exchange {
  ExchangeId id = 0;
  HttpRequest request;
  std::chrono::steady_clock::time_point deadline;
  // One of the two, until the exchange is released.
  ExchangeHandler handler;
  std::shared_ptr<StreamHandler> stream;
  ExchangeTiming timing;
  // The rest is for streams. Nothing is read while it is set.
  bool paused = false;
  // Nobody is to be told anything any more.
  bool released = false;
  // Bytes of the body that came after the release.
  std::size_t dropped = 0;
};

using ExchangeOutcome = std::variant<HttpResponse, Error>;

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_EXCHANGE_H_
