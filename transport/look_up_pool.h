// A few threads that ask the system for the addresses of names, which may block for as long as it likes.
//
// Thread-safety: Submit and destroy on one thread. Ownership: a thread that is inside a look-up outlives the
// pool and holds nothing but what it needs for that; its answer goes nowhere.
#ifndef SPILLWAY_TRANSPORT_LOOK_UP_POOL_H_
#define SPILLWAY_TRANSPORT_LOOK_UP_POOL_H_

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace spillway::transport {

struct LookUpAnswer {
  std::vector<boost::asio::ip::address> addresses;
  // Why there are none.
  std::string error;
  // It is known that there are none; otherwise whoever should know could not be asked.
  bool no_such_name = false;
};

// Blocks. On several threads at once.
using LookUp = std::function<LookUpAnswer(const std::string& host)>;

// getaddrinfo.
LookUpAnswer AskSystem(const std::string& host);

class LookUpPool {
 public:
  // Called on one of the threads, under a lock: it may hand over the answer and no more.
  using Done = absl::AnyInvocable<void(LookUpAnswer)>;

  // Threads are started as they are needed, `max_threads` at most.
  LookUpPool(LookUp look_up, int max_threads);
  // No Done is called any more. Waits for no look-up.
  ~LookUpPool();
  LookUpPool(const LookUpPool&) = delete;
  LookUpPool& operator=(const LookUpPool&) = delete;

  void Submit(std::string host, Done done);

 private:
  struct State;

  static void Work(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_LOOK_UP_POOL_H_
