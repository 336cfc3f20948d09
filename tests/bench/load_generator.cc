// `bench-load`: sends one gRPC call over and over, checks every reply, prints one JSON object.
//
// Exits 0 when every call succeeded, 1 when any failed, 2 when it could not begin.
#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/bench/canned.h"
#include "tests/bench/load_run.h"

namespace spillway::bench {
namespace {

struct Flags {
  Request request;
  LoadOptions options;
  std::string model = "gpt-4o";
  std::string message_file;
  std::vector<std::string> headers;
  double seconds = 0;
  double drain_seconds = 10;
};

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--target", flags.request.authority, "host:port of the gRPC server, plain text")->required();
  app.add_option("--path", flags.request.path, "gRPC method (default: /spillway.v1.RouterService/Chat)");
  app.add_option("--model", flags.model, "model of the built-in ChatRequest")->capture_default_str();
  app.add_option("--message", flags.message_file,
                 "file of a serialised message to send in place of the built-in");
  app.add_option("--header", flags.headers, "further request header, 'name: value'; repeatable");
  app.add_option("--connections", flags.options.connections)
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  auto* rate =
      app.add_option("--rate", flags.options.rate, "open loop: calls a second")->check(CLI::Range(0.1, 1e6));
  app.add_option("--in-flight", flags.options.in_flight, "closed loop: calls at a time")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->excludes(rate);
  auto* count = app.add_option("--count", flags.options.count, "calls, at most");
  app.add_option("--seconds", flags.seconds, "how long to send, at most")->check(CLI::Range(0.01, 86400.0));
  app.add_option("--drain-seconds", flags.drain_seconds, "how long to wait for the last answers")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  app.add_flag("--streamed", flags.options.streamed,
               "replies are streams (StreamChat, unless --path says otherwise)");
  app.add_flag("--stalled", flags.options.stalled,
               "callers that never read: with --streamed, --in-flight and --count; succeeds if no call ends");
  app.add_option("--expect-bytes", flags.options.expected_bytes, "length of each reply's message");
  app.callback([&flags, count] {
    if (count->empty() && flags.seconds == 0) throw CLI::RequiredError("--count or --seconds");
  });
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("--message: cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The message behind gRPC's prefix: not compressed, length in 4 bytes, most significant first.
std::string Framed(const std::string& message) {
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(message.size() >> shift & 0xff));
  return frame + message;
}

void AddHeaders(const std::vector<std::string>& lines, Headers& headers) {
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    const std::size_t value = colon == std::string::npos ? colon : line.find_first_not_of(' ', colon + 1);
    if (colon == 0 || value == std::string::npos)
      throw std::runtime_error("--header: expected 'name: value'");
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    headers.emplace_back(name, line.substr(value));
  }
}

std::chrono::nanoseconds Nanos(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

void Print(const Flags& flags, LoadResult result) {
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
  std::printf("\"latency_us\": %s, \"send_lag_us\": %s}\n", result.latencies.ToJson().c_str(),
              result.send_lag.ToJson().c_str());
}

int Main(int argc, char** argv) {
  CLI::App app("Load for a gRPC method: open loop (--rate) or closed (--in-flight).");
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (flags.request.path.empty()) {
    flags.request.path =
        flags.options.streamed ? "/spillway.v1.RouterService/StreamChat" : "/spillway.v1.RouterService/Chat";
  }
  AddHeaders(flags.headers, flags.request.headers);
  const int max_tokens = flags.options.streamed ? kMaxStreamedTokens : kMaxTokens;
  flags.request.body = Framed(flags.message_file.empty() ? CannedChatRequest(flags.model, max_tokens)
                                                         : ReadFile(flags.message_file));
  flags.options.duration = Nanos(flags.seconds);
  flags.options.drain = Nanos(flags.drain_seconds);
  LoadResult result = Run(flags.request, flags.options);
  const std::uint64_t unfinished = flags.options.stalled ? result.failed["unfinished"] : 0;
  if (flags.options.stalled && unfinished == result.sent) result.failed.erase("unfinished");
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
