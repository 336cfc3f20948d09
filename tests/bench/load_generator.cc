// `bench-load`: sends one call over and over, by gRPC or HTTP, checks every reply, prints one JSON object.
//
// Exits 0 when every call succeeded, 1 when any failed, 2 when it could not begin.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "tests/bench/load_flags.h"
#include "tests/bench/tcp_socket.h"

namespace spillway::bench {
namespace {

std::chrono::nanoseconds Nanos(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

void Print(const LoadFlags& flags, LoadResult result) {
  const double seconds = std::chrono::duration<double>(result.elapsed).count();
  std::uint64_t failed = 0;
  std::string faults;
  for (const auto& [fault, count] : result.failed) {
    failed += count;
    faults += (faults.empty() ? "\"" : ", \"") + fault + "\": " + std::to_string(count);
  }
  std::printf("{\"mode\": \"%s\", \"connections\": %d, ", flags.options.rate > 0 ? "open" : "closed",
              flags.options.connections);
  if (flags.options.rate > 0) {
    std::printf("\"rate\": %.1f, ", flags.options.rate);
  } else {
    std::printf("\"in_flight\": %d, ", flags.options.in_flight);
  }
  std::printf("\"sent\": %llu, \"ok\": %llu, \"failed\": %llu, \"faults\": {%s}, ",
              static_cast<unsigned long long>(result.sent), static_cast<unsigned long long>(result.ok),
              static_cast<unsigned long long>(failed), faults.c_str());
  std::printf("\"seconds\": %.6f, \"calls_per_second\": %.1f, ", seconds,
              seconds > 0 ? static_cast<double>(result.ok) / seconds : 0);
  std::printf("\"messages\": %llu, \"first_us\": %s, ", static_cast<unsigned long long>(result.messages),
              result.first_data.ToJson().c_str());
  std::printf("\"first_success_s\": %.6f, ",
              std::chrono::duration<double>(result.first_success.time_since_epoch()).count());
  std::printf("\"latency_us\": %s, \"send_lag_us\": %s}\n", result.latencies.ToJson().c_str(),
              result.send_lag.ToJson().c_str());
}

// Returns once somebody listens, or when the time is up: connecting then says what is wrong.
void AwaitListener(const LoadFlags& flags) {
  const Clock::time_point limit = Clock::now() + Nanos(flags.wait_seconds);
  while (Clock::now() < limit) {
    try {
      close(ConnectTo(flags.target));
      return;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

LoadResult RunAs(const LoadFlags& flags) {
  if (flags.http) {
    const HttpRequest request = HttpRequestOf(flags);
    return Run([&](DoneHandler done) { return std::make_unique<HttpConnection>(request, std::move(done)); },
               flags.options);
  }
  const Request request = GrpcRequestOf(flags);
  return Run([&](DoneHandler done) { return std::make_unique<H2Connection>(request, std::move(done)); },
             flags.options);
}

int Main(int argc, char** argv) {
  CLI::App app("Load for a gRPC method or an OpenAI endpoint: open loop (--rate) or closed (--in-flight).");
  LoadFlags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  flags.options.duration = Nanos(flags.seconds);
  flags.options.drain = Nanos(flags.drain_seconds);
  AwaitListener(flags);
  LoadResult result = RunAs(flags);
  const std::uint64_t unfinished = flags.stalled ? result.failed["unfinished"] : 0;
  if (flags.stalled && unfinished == result.sent) result.failed.erase("unfinished");
  const bool clean = result.failed.empty() && result.sent > 0;
  Print(flags, std::move(result));
  return clean ? 0 : 1;
}

}  // namespace
}  // namespace spillway::bench

int main(int argc, char** argv) {
  try {
    return spillway::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench-load: " << error.what() << "\n";
    return 2;
  }
}
