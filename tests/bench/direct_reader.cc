// `bench-direct`: asks a provider for streams over TLS and throws away what comes: the least that anybody
// between caller and provider must do. Prints one JSON object like bench-load's, and what it cost this
// process.
//
// One blocking connection and one thread for each stream in flight. Exits 0 when every stream came whole, 1
// when one did not, 2 when it could not begin.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/canned.h"
#include "tests/bench/latencies.h"

namespace spillway::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Flags {
  std::string target;
  std::string ca_file;
  std::string path = "/v1/chat/completions";
  int in_flight = 1;
  double rate = 0;
  double seconds = 1;
};

struct Result {
  std::mutex mutex;
  std::uint64_t sent = 0;
  std::uint64_t ok = 0;
  std::uint64_t bytes = 0;
  Latencies first;
  Latencies latencies;
  Latencies lag;
  std::string fault;
};

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

int Connect(const std::string& target) {
  const std::size_t colon = target.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(target.substr(colon + 1))));
  if (inet_pton(AF_INET, target.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("--target: expected an IPv4 address and a port");
  }
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A stream that stops must not hold the run for ever.
  const timeval limit{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to " + target);
  }
  return fd;
}

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// One connection; its streams one after the other.
class Reader {
 public:
  Reader(SSL_CTX* context, const Flags& flags) : ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_.get(), Connect(flags.target));
    SSL_set_tlsext_host_name(ssl_.get(), "localhost");
    if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("the TLS handshake failed");
    const std::string body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," +
                             CannedUpstreamBody(kMaxStreamedTokens).substr(1);
    request_ = "POST " + flags.path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
               "Authorization: Bearer sk-bench\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
  }

  ~Reader() {
    const int fd = SSL_get_fd(ssl_.get());
    ssl_.reset();
    close(fd);
  }

  // Empty: the stream came whole.
  std::string Stream() {
    bytes_ = 0;
    first_.reset();
    if (SSL_write(ssl_.get(), request_.data(), static_cast<int>(request_.size())) <= 0) return "write failed";
    std::string beginning;
    std::array<char, 5> tail{};
    while (std::string_view(tail.data(), tail.size()) != "0\r\n\r\n") {
      const int size = SSL_read(ssl_.get(), buffer_.data(), static_cast<int>(buffer_.size()));
      if (size <= 0) return "the stream broke off";
      const std::string_view part(buffer_.data(), static_cast<std::size_t>(size));
      bytes_ += part.size();
      if (!first_) LookForToken(beginning.append(part));
      KeepTail(tail, part);
    }
    if (!beginning.starts_with("HTTP/1.1 200")) return beginning.substr(0, 12);
    return first_ ? "" : "no token";
  }

  std::size_t bytes() const { return bytes_; }
  Clock::time_point first() const { return *first_; }

 private:
  // The first text that is not empty.
  void LookForToken(const std::string& beginning) {
    constexpr std::string_view kText = "\"content\":\"";
    for (std::size_t at = beginning.find(kText); at != std::string::npos;
         at = beginning.find(kText, at + 1)) {
      const std::size_t next = at + kText.size();
      if (next < beginning.size() && beginning[next] != '"') {
        first_ = Clock::now();
        return;
      }
    }
  }

  static void KeepTail(std::array<char, 5>& tail, std::string_view part) {
    if (part.size() >= tail.size()) {
      part.substr(part.size() - tail.size()).copy(tail.data(), tail.size());
      return;
    }
    std::copy(tail.begin() + static_cast<std::ptrdiff_t>(part.size()), tail.end(), tail.begin());
    part.copy(tail.data() + tail.size() - part.size(), part.size());
  }

  std::unique_ptr<SSL, SslDeleter> ssl_;
  std::string request_;
  std::array<char, 16 * 1024> buffer_;
  std::size_t bytes_ = 0;
  std::optional<Clock::time_point> first_;
};

class DirectRun {
 public:
  explicit DirectRun(const Flags& flags) : flags_(flags), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context_.get(), flags.ca_file.c_str(), nullptr) != 1) {
      throw std::runtime_error("--ca: cannot read " + flags.ca_file);
    }
  }

  Result& Run() {
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < flags_.in_flight; ++i)
      readers.push_back(std::make_unique<Reader>(context_.get(), flags_));
    const double before = OwnCpuSeconds();
    start_ = Clock::now();
    end_ = start_ + std::chrono::nanoseconds(std::llround(flags_.seconds * 1e9));
    std::vector<std::thread> threads;
    for (const auto& reader : readers) threads.emplace_back([this, &reader] { Serve(*reader); });
    for (std::thread& thread : threads) thread.join();
    elapsed_ = Clock::now() - start_;
    cpu_seconds_ = OwnCpuSeconds() - before;
    return result_;
  }

  std::chrono::nanoseconds elapsed() const { return elapsed_; }
  // Of the streams, not of the handshakes.
  double cpu_seconds() const { return cpu_seconds_; }

 private:
  // When the next stream is due; max: none.
  Clock::time_point NextDue() {
    if (flags_.rate == 0) return Clock::now() < end_ ? Clock::now() : Clock::time_point::max();
    const auto due =
        start_ + std::chrono::nanoseconds(std::llround(static_cast<double>(next_++) / flags_.rate * 1e9));
    return due < end_ ? due : Clock::time_point::max();
  }

  void Serve(Reader& reader) {
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (Clock::time_point due = NextDue(); due != Clock::time_point::max(); due = NextDue()) {
      std::this_thread::sleep_until(due);
      const auto lag = Clock::now() - due;
      const std::string fault = reader.Stream();
      const Clock::time_point end = Clock::now();
      const std::scoped_lock lock(result_.mutex);
      ++result_.sent;
      if (!fault.empty()) {
        result_.fault = fault;
        return;
      }
      ++result_.ok;
      result_.bytes += reader.bytes();
      result_.lag.Add(lag);
      result_.first.Add(reader.first() - due);
      result_.latencies.Add(end - due);
    }
  }

  const Flags& flags_;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  Result result_;
  std::atomic<std::uint64_t> next_ = 0;
  Clock::time_point start_;
  Clock::time_point end_;
  std::chrono::nanoseconds elapsed_{0};
  double cpu_seconds_ = 0;
};

int Main(int argc, char** argv) {
  CLI::App app("Reads streams of a provider over TLS and throws them away.");
  Flags flags;
  app.add_option("--target", flags.target, "IPv4 address and port of the provider")->required();
  app.add_option("--ca", flags.ca_file, "PEM authority of its certificate")->required();
  app.add_option("--path", flags.path)->capture_default_str();
  app.add_option("--in-flight", flags.in_flight, "streams at a time, at most")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--rate", flags.rate, "open loop: streams a second")->check(CLI::Range(0.1, 1e5));
  app.add_option("--seconds", flags.seconds)->check(CLI::Range(0.01, 600.0))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  DirectRun run(flags);
  Result& result = run.Run();
  std::printf("{\"sent\": %llu, \"ok\": %llu, \"failed\": %llu, \"faults\": {%s}, \"bytes\": %llu, ",
              static_cast<unsigned long long>(result.sent), static_cast<unsigned long long>(result.ok),
              static_cast<unsigned long long>(result.sent - result.ok),
              result.fault.empty() ? "" : ("\"" + result.fault + "\": 1").c_str(),
              static_cast<unsigned long long>(result.bytes));
  std::printf(
      "\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"first_us\": %s, \"latency_us\": %s, \"send_lag_us\": "
      "%s}\n",
      std::chrono::duration<double>(run.elapsed()).count(), run.cpu_seconds(), result.first.ToJson().c_str(),
      result.latencies.ToJson().c_str(), result.lag.ToJson().c_str());
  return result.sent == result.ok ? 0 : 1;
}

}  // namespace
}  // namespace spillway::bench

int main(int argc, char** argv) {
  try {
    return spillway::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench-direct: " << error.what() << "\n";
    return 2;
  }
}
