// Names to addresses, remembering the last good answer: it serves while the resolver fails or is slow.
//
//   Resolve ─▶ look-up (one at a time for a name, on a pool's threads) ─▶ its answer, which is remembered
//                 │ fails, or takes longer than `patience`              ─▶ the answer before, if there was
//                 one └ there is no such name                               ─▶ an error; what was known is
//                 forgotten
//
// One for each io_context, for all clients on it. Everything happens on the thread that runs it; handlers are
// not called from inside Resolve. Answers have no time to live: each connection that is opened asks anew.
#ifndef SPILLWAY_TRANSPORT_NAME_RESOLVER_H_
#define SPILLWAY_TRANSPORT_NAME_RESOLVER_H_

#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "transport/asio_types.h"
#include "transport/look_up_pool.h"

namespace spillway::transport {

class NameResolver final : public asio::execution_context::service {
 public:
  struct Options {
    LookUp look_up = AskSystem;
    // A name that nobody answers for holds one of them for as long as the system waits.
    int threads = 4;
    // Counted from the look-up's beginning, whoever asks when.
    std::chrono::nanoseconds patience = std::chrono::seconds(1);
  };
  // Never with both addresses and an error.
  using Handler = absl::AnyInvocable<void(const LookUpAnswer&)>;
  using Ticket = std::uint64_t;

  static asio::execution_context::id id;

  // The one of `io`, which must be destroyed before whatever its handlers refer to.
  static NameResolver& Of(asio::io_context& io);
  // The same, made now; before anything else asks for it.
  static NameResolver& Make(asio::io_context& io, Options options);

  explicit NameResolver(asio::execution_context& io) : NameResolver(io, Options()) {}
  NameResolver(asio::execution_context& io, Options options);

  // `handler` is called once, unless cancelled.
  Ticket Resolve(const std::string& host, Handler handler);

  // The handler is not called any more. No effect if it was.
  void Cancel(Ticket ticket);

 private:
  struct Name {
    explicit Name(asio::io_context& io) : overdue(io) {}

    std::vector<asio::ip::address> last_good;
    bool looking_up = false;
    std::chrono::steady_clock::time_point began;
    Timer overdue;
    std::map<Ticket, Handler> waiting;
  };

  void shutdown() override;
  void LookUpNow(const std::string& host, Name& name);
  void OnAnswer(Name& name, LookUpAnswer answer);
  void Answer(Name& name, const LookUpAnswer& answer);
  // io_context::run goes on for as long as somebody waits.
  void KeepRunning();

  asio::io_context& io_;
  const std::chrono::nanoseconds patience_;
  // Those that were ever asked for: configuration names them.
  std::map<std::string, std::unique_ptr<Name>> names_;
  std::size_t waiting_ = 0;
  Ticket last_ticket_ = 0;
  std::optional<asio::executor_work_guard<Executor>> work_;
  std::optional<LookUpPool> pool_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_NAME_RESOLVER_H_
