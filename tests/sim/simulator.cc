#include "tests/sim/simulator.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/sim/control.h"
#include "tests/sim/http_server.h"
#include "tests/sim/log_file.h"
#include "tests/sim/tls_context.h"
#include "tests/support/test_certificates.h"

namespace spillway::sim {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;

constexpr std::size_t kMostLoggedBodyBytes = 64 * 1024;

std::unique_ptr<LogFile> OpenLogFile(const std::string& path) {
  return path.empty() ? nullptr : std::make_unique<LogFile>(path);
}

tcp::acceptor Bind(asio::io_context& io, const std::string& listen, const std::string& path) {
  const ListenAddress wanted = ParseListenAddress(listen, path);
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(wanted.host), wanted.port);
    return tcp::acceptor(io, endpoint, /*reuse_addr=*/true);
  } catch (const boost::system::system_error& error) {
    throw InvalidConfig(path + ": " + listen + ": " + error.code().message());
  }
}

// The address a client on this machine dials.
std::string DialledHost(const tcp::acceptor& acceptor) {
  const asio::ip::address address = acceptor.local_endpoint().address();
  if (!address.is_unspecified()) return address.to_string();
  return address.is_v6() ? "::1" : "127.0.0.1";
}

testing::CertificateAndKey CertificateFor(TlsMode mode, const testing::TestAuthority& authority) {
  testing::LeafOptions options;
  if (mode == TlsMode::kWrongName) options.names = {"elsewhere.invalid"};
  if (mode == TlsMode::kUntrusted) return testing::TestAuthority("Nobody's authority").Issue(options);
  if (mode == TlsMode::kExpired) {
    options.not_before = std::chrono::hours(-48);
    options.not_after = std::chrono::hours(-24);
  }
  return authority.Issue(options);
}

}  // namespace

class Simulator::Impl {
 public:
  explicit Impl(SimulatorOptions options)
      : log_(options.log_entries, kMostLoggedBodyBytes, OpenLogFile(options.log_file)) {
    if (options.certificate) {
      certificate_ = std::move(options.certificate);
    } else {
      authority_.emplace();
    }
    for (PersonalityConfig& config : options.personalities) Add(std::move(config));
    if (!options.control.empty()) AddControl(options.control);
    thread_ = std::thread([this] { io_->run(); });
  }

  ~Impl() { Stop(); }

  void Stop() {
    if (io_ == nullptr) return;
    io_->stop();
    if (thread_.joinable()) thread_.join();
    // Ends every coroutine and with it every connection.
    io_.reset();
  }

  const Listening& Find(const std::string& name) const {
    for (const Listening& listening : listening_) {
      if (listening.personality->config().name == name) return listening;
    }
    throw InvalidConfig("no personality is called \"" + name + "\"");
  }

  std::string ca_pem() const { return authority_ ? authority_->ca_pem() : ""; }
  const std::string& control_address() const { return control_address_; }
  const std::vector<Listening>& listening() const { return listening_; }
  RequestLog& log() { return log_; }

 private:
  std::shared_ptr<asio::ssl::context> TlsFor(const PersonalityConfig& config) {
    if (config.tls == TlsMode::kOff || config.tls == TlsMode::kRefuse) return nullptr;
    try {
      return MakeTlsContext(certificate_ ? *certificate_ : CertificateFor(config.tls, *authority_));
    } catch (const boost::system::system_error& error) {
      throw InvalidConfig("certificate: " + error.code().message());
    }
  }

  void Add(PersonalityConfig config) {
    if (config.name == "control") throw InvalidConfig("\"control\" is the control endpoint's name");
    for (const Listening& other : listening_) {
      if (other.personality->config().name == config.name) {
        throw InvalidConfig("two personalities are called \"" + config.name + "\"");
      }
    }
    if (certificate_ && config.tls != TlsMode::kOff && config.tls != TlsMode::kOn &&
        config.tls != TlsMode::kRefuse) {
      throw InvalidConfig(config.name + ".tls: a faulty certificate and a given one exclude each other");
    }
    tcp::acceptor acceptor = Bind(*io_, config.listen, config.name + ".listen");
    ServerOptions server{.last_connection = &last_connection_, .tls = TlsFor(config)};
    server.refuse_tls = config.tls == TlsMode::kRefuse;
    personalities_.push_back(std::make_unique<Personality>(std::move(config), &log_));
    server.service = personalities_.back().get();
    listening_.push_back(
        {personalities_.back().get(), DialledHost(acceptor), acceptor.local_endpoint().port()});
    asio::co_spawn(*io_, Serve(std::move(acceptor), std::move(server)), asio::detached);
  }

  void AddControl(const std::string& listen) {
    tcp::acceptor acceptor = Bind(*io_, listen, "control");
    const std::string host = DialledHost(acceptor);
    const bool v6 = host.find(':') != std::string::npos;
    control_address_ =
        (v6 ? "[" + host + "]" : host) + ":" + std::to_string(acceptor.local_endpoint().port());
    control_ = std::make_unique<Control>(&listening_, &log_);
    ServerOptions server{.service = control_.get(), .last_connection = &last_connection_};
    asio::co_spawn(*io_, Serve(std::move(acceptor), std::move(server)), asio::detached);
  }

  RequestLog log_;
  std::optional<testing::TestAuthority> authority_;
  std::optional<testing::CertificateAndKey> certificate_;
  std::vector<std::unique_ptr<Personality>> personalities_;
  std::vector<Listening> listening_;
  std::unique_ptr<Control> control_;
  std::string control_address_;
  std::uint64_t last_connection_ = 0;
  // One thread runs it: no locks inside.
  std::unique_ptr<asio::io_context> io_ = std::make_unique<asio::io_context>(1);
  std::thread thread_;
};

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Simulator::~Simulator() = default;

std::uint16_t Simulator::port(const std::string& personality) const { return impl_->Find(personality).port; }

std::string Simulator::address(const std::string& personality) const {
  return impl_->Find(personality).address();
}

std::string Simulator::url(const std::string& personality) const { return impl_->Find(personality).url(); }

std::string Simulator::control_address() const { return impl_->control_address(); }

std::string Simulator::ca_pem() const { return impl_->ca_pem(); }

void Simulator::SetScript(const std::string& personality, Script script) {
  impl_->Find(personality).personality->SetScript(std::move(script));
}

void Simulator::SetScript(const std::string& personality, std::string_view text) {
  SetScript(personality, ParseScript(text));
}

std::vector<LogEntry> Simulator::Log(const LogFilter& filter) const { return impl_->log().Entries(filter); }

void Simulator::ClearLog() { impl_->log().Clear(); }

bool Simulator::WaitForLog(const std::function<bool(const std::vector<LogEntry>&)>& condition,
                           std::chrono::milliseconds timeout) const {
  return impl_->log().WaitUntil(condition, timeout);
}

std::string Simulator::PortsJson() const {
  boost::json::object ports;
  for (const Listening& listening : impl_->listening()) {
    ports[listening.personality->config().name] = listening.address();
  }
  if (!control_address().empty()) ports["control"] = control_address();
  return boost::json::serialize(ports) + "\n";
}

void Simulator::Stop() { impl_->Stop(); }

}  // namespace spillway::sim
