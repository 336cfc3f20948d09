// chaos-load: calls a Spillway server at a steady rate, whatever becomes of the calls, and checks every
// answer whole.
//
// Prints {"ready": true} when its first call is due, a JSON line a second and a last one of all; writes one
// for each call. Exits 0 when no call failed but plain streams that broke off with an error, as they may; 1
// when any did, 2 when it could not begin. SIGTERM and SIGINT: no further calls, those under way are waited
// for.
#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/chaos/call_book.h"
#include "tests/chaos/chat_call.h"

namespace spillway::chaos {
namespace {

struct Flags {
  std::string target;
  std::string ca_file;
  std::vector<std::string> models;
  std::string calls_file;
  int channels = 4;
  double rate = 50;
  double seconds = 60;
  double timeout = 20;
  int words = 20;
  // Out of 100 calls; the others are streams that may start over.
  unsigned unary = 40;
  unsigned plain = 20;
  std::uint64_t seed = 1;
};

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--target", flags.target, "HOST:PORT of the server")->required();
  app.add_option("--ca", flags.ca_file, "TLS, trusting this PEM authority; else plain text");
  app.add_option("--model", flags.models, "model to ask for, in turn with the others; repeatable")
      ->required();
  app.add_option("--calls", flags.calls_file, "gets a JSON line for each call")->required();
  app.add_option("--channels", flags.channels)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--rate", flags.rate, "calls a second")->check(CLI::Range(0.1, 1e5))->capture_default_str();
  app.add_option("--seconds", flags.seconds)->check(CLI::Range(0.1, 86400.0))->capture_default_str();
  app.add_option("--timeout", flags.timeout, "deadline of a call, in seconds")->capture_default_str();
  app.add_option("--words", flags.words, "of an answer")->check(CLI::Range(3, 40))->capture_default_str();
  app.add_option("--unary", flags.unary, "of 100 calls")->check(CLI::Range(0, 100))->capture_default_str();
  app.add_option("--plain-streams", flags.plain, "of 100 calls, streams without leave to start over")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "of which call is of which kind")->capture_default_str();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("--ca: cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Connections of their own each, to the same server.
std::vector<std::unique_ptr<v1::RouterService::Stub>> MakeStubs(const Flags& flags) {
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!flags.ca_file.empty()) credentials = grpc::SslCredentials({.pem_root_certs = ReadFile(flags.ca_file)});
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // The route of a call that failed everywhere is long.
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 256 * 1024);
  std::vector<std::unique_ptr<v1::RouterService::Stub>> stubs;
  for (int i = 0; i < flags.channels; ++i) {
    const auto channel = grpc::CreateCustomChannel(flags.target, credentials, arguments);
    const auto limit = std::chrono::system_clock::now() + std::chrono::seconds(10);
    if (!channel->WaitForConnected(limit)) throw std::runtime_error(flags.target + " does not answer");
    stubs.push_back(v1::RouterService::NewStub(channel));
  }
  return stubs;
}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Sleeps; false when told to end instead.
bool SleepUntil(Clock::time_point until) {
  const sigset_t signals = EndSignals();
  for (Clock::time_point now = Clock::now(); now < until; now = Clock::now()) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - now).count();
    const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
    if (sigtimedwait(&signals, nullptr, &wait) > 0) return false;
  }
  return true;
}

CallKind Draw(std::mt19937_64& engine, const Flags& flags) {
  const auto draw = static_cast<unsigned>(engine() % 100);
  if (draw < flags.unary) return CallKind::kUnary;
  return draw < flags.unary + flags.plain ? CallKind::kPlainStream : CallKind::kStream;
}

// Open loop: a call begins when it is due, however many are under way.
void Send(const Flags& flags, std::vector<std::unique_ptr<v1::RouterService::Stub>>& stubs,
          Clock::time_point start, CallBook& book) {
  std::mt19937_64 engine(flags.seed);
  const auto planned = static_cast<std::uint64_t>(flags.rate * flags.seconds);
  std::uint64_t second = 1;
  for (std::uint64_t call = 0; call < planned; ++call) {
    const std::chrono::duration<double> offset(static_cast<double>(call) / flags.rate);
    const Clock::time_point due = start + std::chrono::duration_cast<Clock::duration>(offset);
    for (; start + std::chrono::seconds(second) <= due; ++second) {
      if (!SleepUntil(start + std::chrono::seconds(second))) return;
      std::cout << book.Second(second) << std::endl;
    }
    if (!SleepUntil(due)) return;
    const CallPlan plan{.call = call,
                        .kind = Draw(engine, flags),
                        .model = flags.models[call % flags.models.size()],
                        .words = flags.words,
                        .due = due,
                        .timeout = std::chrono::milliseconds(static_cast<std::int64_t>(flags.timeout * 1e3))};
    book.Begin(Clock::now() - due);
    StartCall(*stubs[call / flags.models.size() % stubs.size()], plan, book);
  }
}

int Main(int argc, char** argv) {
  CLI::App app("Chat calls at a steady rate, each answer checked whole.", "chaos-load");
  Flags flags;
  Declare(app, flags);
  CLI11_PARSE(app, argc, argv);
  // Blocked before gRPC's threads start, so that only SleepUntil gets them.
  const sigset_t signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto stubs = MakeStubs(flags);
  const Clock::time_point start = Clock::now();
  CallBook book(flags.calls_file, start);
  std::cout << R"({"ready": true})" << std::endl;
  Send(flags, stubs, start, book);
  const std::uint64_t unfinished = book.AwaitAll(std::chrono::seconds(static_cast<int>(flags.timeout) + 5));
  std::cout << book.Summary() << std::endl;
  // A call under way still writes to the book.
  if (unfinished > 0) std::_Exit(1);
  return book.clean() ? 0 : 1;
}

}  // namespace
}  // namespace spillway::chaos

int main(int argc, char** argv) {
  try {
    return spillway::chaos::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "chaos-load: " << error.what() << "\n";
    return 2;
  }
}
