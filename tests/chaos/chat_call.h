// One call of the load, from its start to its line in the book.
//
// A call owns itself from StartCall on and is gone once it is in the book; gRPC's threads run it. Channel,
// stub and book must outlive it.
#ifndef SPILLWAY_TESTS_CHAOS_CHAT_CALL_H_
#define SPILLWAY_TESTS_CHAOS_CHAT_CALL_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "spillway/v1/router.grpc.pb.h"
#include "tests/chaos/call_book.h"

namespace spillway::chaos {

struct CallPlan {
  std::uint64_t call = 0;
  CallKind kind = CallKind::kUnary;
  std::string model;
  // Words of the prompt, and so roughly tokens of the answer.
  int words = 0;
  // When it should have begun: what its latency counts from.
  Clock::time_point due;
  std::chrono::milliseconds timeout{0};
};

void StartCall(v1::RouterService::Stub& stub, const CallPlan& plan, CallBook& book);

}  // namespace spillway::chaos

#endif  // SPILLWAY_TESTS_CHAOS_CHAT_CALL_H_
