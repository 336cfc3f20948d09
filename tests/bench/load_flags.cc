#include "tests/bench/load_flags.h"

#include <CLI/CLI.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/bench/canned.h"

namespace spillway::bench {
namespace {

void DeclareCall(CLI::App& app, LoadFlags& flags) {
  app.add_option("--target", flags.target, "host:port of the server")->required();
  auto* http =
      app.add_flag("--http", flags.http,
                   "an OpenAI chat completion by HTTP/1.1, not gRPC; a call at a time on each connection");
  app.add_option("--path", flags.path,
                 "gRPC method (default: /spillway.v1.RouterService/Chat), or path (/v1/chat/completions)");
  app.add_option("--model", flags.model, "model of the built-in request")->capture_default_str();
  app.add_option("--message", flags.message_file,
                 "file of a serialised message, or of a body, to send in place of the built-in");
  app.add_option("--header", flags.headers, "further request header, 'name: value'; repeatable");
  app.add_option("--ca", flags.ca_file, "with --http: TLS, trusting this PEM authority for `localhost`")
      ->needs(http);
  app.add_flag("--streamed", flags.streamed, "replies are streams (StreamChat, unless --path says otherwise)")
      ->excludes(http);
  app.add_flag("--stalled", flags.stalled,
               "callers that never read: with --streamed, --in-flight and --count; succeeds if no call ends")
      ->excludes(http);
  app.add_option("--expect-bytes", flags.expected_bytes, "length of each reply's message or body");
  app.add_option("--expect", flags.expected_text, "with --http: a piece of each answer's body")->needs(http);
}

void DeclareLoad(CLI::App& app, LoadFlags& flags) {
  app.add_option("--connections", flags.options.connections)
      ->check(CLI::Range(1, 16384))
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
  app.add_option("--wait-seconds", flags.wait_seconds, "how long to wait for the server to listen")
      ->check(CLI::Range(0.0, 86400.0));
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

Headers HeadersOf(const std::vector<std::string>& lines) {
  Headers headers;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    const std::size_t value = colon == std::string::npos ? colon : line.find_first_not_of(' ', colon + 1);
    if (colon == 0 || value == std::string::npos)
      throw std::runtime_error("--header: expected 'name: value'");
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    headers.emplace_back(name, line.substr(value));
  }
  return headers;
}

}  // namespace

void Declare(CLI::App& app, LoadFlags& flags) {
  DeclareCall(app, flags);
  DeclareLoad(app, flags);
}

Request GrpcRequestOf(const LoadFlags& flags) {
  const int max_tokens = flags.streamed ? kMaxStreamedTokens : kMaxTokens;
  const std::string method = flags.streamed ? "StreamChat" : "Chat";
  return {.authority = flags.target,
          .path = flags.path.empty() ? "/spillway.v1.RouterService/" + method : flags.path,
          .headers = HeadersOf(flags.headers),
          .body = Framed(flags.message_file.empty() ? CannedChatRequest(flags.model, max_tokens)
                                                    : ReadFile(flags.message_file)),
          .expected_bytes = flags.expected_bytes,
          .streamed = flags.streamed,
          .stalled = flags.stalled};
}

HttpRequest HttpRequestOf(const LoadFlags& flags) {
  return {.authority = flags.target,
          .path = flags.path.empty() ? "/v1/chat/completions" : flags.path,
          .headers = HeadersOf(flags.headers),
          .body = flags.message_file.empty() ? CannedUpstreamBody(kMaxTokens, flags.model)
                                             : ReadFile(flags.message_file),
          .ca_file = flags.ca_file,
          .expected_bytes = flags.expected_bytes,
          .expected_text = flags.expected_text};
}

}  // namespace spillway::bench
