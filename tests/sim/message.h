// A request as the simulator received it and the way its answer goes on the wire.
//
// Plain values, no I/O. Header names are lower-case in requests.
#ifndef SPILLWAY_TESTS_SIM_MESSAGE_H_
#define SPILLWAY_TESTS_SIM_MESSAGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/stream.h"
#include "transport/http_message.h"

namespace spillway::sim {

struct Request {
  std::string method;
  // Path and query, as sent.
  std::string target;
  HttpHeaders headers;
  std::string body;
  // Unique in the process; counts from 1.
  std::uint64_t connection = 0;
  // Counts from 1 on each connection: above 1, a kept connection was used.
  std::uint64_t number_on_connection = 0;
};

// The path of `target`, without the query.
std::string_view PathOf(std::string_view target);

// `text` with every %XX as the byte it stands for.
std::string PercentDecoded(std::string_view text);

// The value of `name` in the query of `target`, decoded; "" if absent.
std::string QueryValue(std::string_view target, std::string_view name);

// What becomes of an answer between the simulator and its peer.
enum class Delivery : std::uint8_t {
  // All of it.
  kWhole,
  // Nothing, until the peer leaves.
  kSilence,
  // The connection is reset before any byte.
  kReset,
  // The head, `bytes` of the body, then the end of the connection.
  kCut,
  // Bytes that are not HTTP, then the end.
  kGarbage,
  // The body in chunks of `bytes` with `pause` between them.
  kSlow,
  // The head, `bytes` of the body, then nothing, until the peer leaves.
  kStall,
};

struct WirePlan {
  Delivery delivery = Delivery::kWhole;
  // Before the first byte (or the reset).
  std::chrono::milliseconds delay{0};
  // kCut, kStall: bytes of the body that are sent. kSlow: size of a chunk.
  std::size_t bytes = 0;
  // kSlow: between two chunks.
  std::chrono::milliseconds pause{0};
  // kCut: end with a reset (RST) and not with an orderly end (FIN).
  bool abort = false;
  // Transfer-Encoding: chunked in place of Content-Length.
  bool chunked = false;
  // Close after the answer without having announced it.
  bool close = false;
};

// An answer and how to deliver it.
struct Reply {
  HttpResponse answer;
  // In place of the answer's body, and with its own way of ending: kSlow, kCut and kStall of the plan are
  // for whole bodies.
  std::optional<Stream> stream;
  WirePlan plan;
  // Given back with the outcome; 0: nobody wants to know.
  std::uint64_t ticket = 0;
};

// How a delivery ended.
struct Outcome {
  // The peer went away before the plan was carried out.
  bool peer_closed = false;
  // From the request's last byte to the end of the delivery, or to the peer's leaving.
  std::chrono::milliseconds after{0};
  // Of a stream: how many had been handed to the network.
  std::uint64_t tokens = 0;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_MESSAGE_H_
