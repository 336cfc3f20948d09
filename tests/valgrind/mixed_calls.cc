// Calls of ten kinds in turn, by both fronts, for a server whose memory is watched: whole, streamed, left
// halfway, failed over, broken off, refused. The providers are those of tools/valgrind.py. Ends with 1 if any
// call ends otherwise than it should.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "tests/server/http/raw_client.h"

namespace spillway {
namespace {

// Calls a channel serves before another takes its place: connections come and go, too.
constexpr int kCallsPerChannel = 50;

v1::ChatRequest Request(const std::string& model) {
  v1::ChatRequest request;
  request.set_model(model);
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content("Count for me, please: one, two, three, and so on.");
  request.mutable_stream_options()->set_include_usage(true);
  return request;
}

class Caller {
 public:
  Caller(std::string grpc, std::uint16_t door) : grpc_(std::move(grpc)), door_(door), client_(Connect()) {}

  // Whether the call of this number went as it should.
  bool Call(int number) {
    if (number % kCallsPerChannel == 0) client_ = Connect();
    return kinds_[static_cast<std::size_t>(number) % kinds_.size()].second();
  }

  const char* KindOf(int number) const {
    return kinds_[static_cast<std::size_t>(number) % kinds_.size()].first;
  }

 private:
  // gRPC shares connections among channels with equal options; the local pool keeps this one's to itself.
  client::Client Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return {grpc::CreateCustomChannel(grpc_, grpc::InsecureChannelCredentials(), arguments), {}};
  }

  grpc::StatusCode Unary(const std::string& model) {
    return client_.Chat(Request(model)).status.error_code();
  }

  grpc::StatusCode Streamed(const std::string& model) {
    client::ChatStream stream = client_.StreamChat(Request(model));
    for (v1::ChatEvent event; stream.Next(event);) {
    }
    return stream.Finish().status.error_code();
  }

  bool LeavesAStream() {
    client::ChatStream stream = client_.StreamChat(Request("whole"));
    v1::ChatEvent event;
    const bool begun = stream.Next(event);
    stream.Cancel();
    return begun && stream.Finish().status.error_code() == grpc::StatusCode::CANCELLED;
  }

  testing::RawAnswer ByDoor(const std::string& model, bool stream) const {
    const std::string body =
        absl::StrCat(R"({"model":")", model, R"(","messages":[{"role":"user","content":"Count"}])",
                     stream ? R"(,"stream":true)" : "", "}");
    testing::RawClient client(door_);
    client.Send(absl::StrCat("POST /v1/chat/completions HTTP/1.1\r\nhost: door\r\ncontent-length: ",
                             body.size(), "\r\n\r\n", body));
    return client.ReadAnswer();
  }

  bool DoorStreams() const {
    const testing::RawAnswer answer = ByDoor("whole", true);
    return answer.status == 200 && answer.whole && absl::EndsWith(answer.body, "data: [DONE]\n\n");
  }

  bool IsRefused() {
    return Unary("nobody-has-it") == grpc::StatusCode::NOT_FOUND &&
           ByDoor("nobody-has-it", false).status == 404;
  }

  const std::string grpc_;
  const std::uint16_t door_;
  client::Client client_;
  const std::vector<std::pair<const char*, std::function<bool()>>> kinds_ = {
      {"unary", [this] { return Unary("whole") == grpc::StatusCode::OK; }},
      {"streamed", [this] { return Streamed("whole") == grpc::StatusCode::OK; }},
      {"left halfway", [this] { return LeavesAStream(); }},
      {"unary, failing over", [this] { return Unary("shaky") == grpc::StatusCode::OK; }},
      {"streamed, failing over", [this] { return Streamed("shaky") == grpc::StatusCode::OK; }},
      {"unary, with suspensions", [this] { return Unary("ailing") == grpc::StatusCode::OK; }},
      {"broken off", [this] { return Streamed("broken") == grpc::StatusCode::UNAVAILABLE; }},
      {"refused", [this] { return IsRefused(); }},
      {"by the door", [this] { return ByDoor("whole", false).status == 200; }},
      {"by the door, streamed", [this] { return DoorStreams(); }},
  };
};

int Main(int argc, char** argv) {
  CLI::App app("Calls of ten kinds in turn");
  std::string grpc;
  std::uint16_t door = 0;
  int calls = 0;
  app.add_option("--grpc", grpc, "The server's HOST:PORT")->required();
  app.add_option("--door", door, "The port of its OpenAI-compatible listener")->required();
  app.add_option("--calls", calls, "How many")->required();
  CLI11_PARSE(app, argc, argv);
  Caller caller(grpc, door);
  int failed = 0;
  for (int number = 0; number < calls; ++number) {
    if (caller.Call(number)) continue;
    if (++failed <= 5)
      std::fprintf(stderr, "mixed-calls: call %d (%s) went wrong\n", number, caller.KindOf(number));
  }
  if (failed > 0) std::fprintf(stderr, "mixed-calls: %d of %d calls went wrong\n", failed, calls);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) { return spillway::Main(argc, argv); }
