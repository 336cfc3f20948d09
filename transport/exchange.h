// One exchange from Send to its handler, wherever it is: on a connection, moved to a fresh one,
// or done and waiting to be told.
#ifndef SPILLWAY_TRANSPORT_EXCHANGE_H_
#define SPILLWAY_TRANSPORT_EXCHANGE_H_

#include <chrono>
#include <variant>

#include "transport/error.h"
#include "transport/http_client.h"
#include "transport/http_message.h"

namespace spillway::transport {

struct Exchange {
  ExchangeId id = 0;
  HttpRequest request;
  std::chrono::steady_clock::time_point deadline;
  ExchangeHandler handler;
  ExchangeTiming timing;
};

using ExchangeOutcome = std::variant<HttpResponse, Error>;

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_EXCHANGE_H_
