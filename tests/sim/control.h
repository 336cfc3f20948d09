// The control endpoint: scripts set, addresses and the log read, over HTTP.
//
// Runs on the I/O thread.
#ifndef SPILLWAY_TESTS_SIM_CONTROL_H_
#define SPILLWAY_TESTS_SIM_CONTROL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/personality.h"
#include "tests/sim/request_log.h"
#include "tests/sim/service.h"

namespace spillway::sim {

// A personality and where it listens.
struct Listening {
  Personality* personality = nullptr;
  // To be dialled.
  std::string host;
  std::uint16_t port = 0;

  // "127.0.0.1:4711", "[::1]:4711".
  std::string address() const;
  // "https://127.0.0.1:4711".
  std::string url() const;
  bool tls() const { return personality->config().tls != TlsMode::kOff; }
};

class Control final : public Service {
 public:
  // Both must outlive the control endpoint.
  Control(const std::vector<Listening>* personalities, RequestLog* log);

  Reply Handle(Request request) override;
  void Done(std::uint64_t, const Outcome&) override {}

 private:
  HttpResponse Answer(const Request& request) const;
  HttpResponse List() const;
  HttpResponse PutScript(const std::string& name, const std::string& body) const;
  HttpResponse GetLog(const Request& request) const;

  const std::vector<Listening>* personalities_;
  RequestLog* log_;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_CONTROL_H_
