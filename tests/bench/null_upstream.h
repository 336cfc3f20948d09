// The null router's upstream side: one fixed POST at a time on each of a pool of TLS 1.3 connections.
//
// Deliberately apart from the transport room: the yardstick must not move with what it measures.
// Thread-safety: none, everything happens on the io_context's one thread.
// Ownership: owns its connections; must outlive the io_context's run.
// Time: no timers. A silent upstream holds its call for ever, and the generator's bound ends the run.
#ifndef SPILLWAY_TESTS_BENCH_NULL_UPSTREAM_H_
#define SPILLWAY_TESTS_BENCH_NULL_UPSTREAM_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace spillway::bench {

class NullUpstream {
 public:
  // `address` is host:port, the host an IP literal that the certificate names; `ca_file` the PEM
  // authority to trust. Throws boost::system::system_error when either is unusable.
  NullUpstream(boost::asio::io_context& io, const std::string& address, const std::string& ca_file);
  ~NullUpstream();

  // Does one exchange on an idle connection, or on a new one; `done` gets whether a whole answer of
  // status 200 came. A pointer's worth of captures keeps `done` free of allocation.
  void Exchange(std::function<void(bool)> done);

 private:
  struct Shared;
  struct Connection;

  void Connect(Connection* connection);
  void Send(Connection* connection);
  void Receive(Connection* connection);
  void End(Connection* connection, bool ok);

  boost::asio::io_context& io_;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Connection>> all_;
  // The most recently used is at the back, and taken first.
  std::vector<Connection*> idle_;
};

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_NULL_UPSTREAM_H_
