// Calls of seventeen kinds in turn, by both fronts, in which whatever a caller can choose is made up anew
// each time: models, keys, metadata, header fields, paths, methods. The server and its providers are those of
// series_test.py, which sees to it that none of this becomes a series of a metric. Ends with 1 if any call
// ends otherwise than it should.

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/server/http/raw_client.h"

namespace spillway {
namespace {

using grpc::StatusCode;

// What series_test.py configures: a caller of production that may ask for anything, one of the sandbox, where
// there is no primary endpoint, and one that may ask for one model only.
constexpr char kProduction[] = "production-key";
constexpr char kSandbox[] = "sandbox-key";
constexpr char kNarrow[] = "narrow-key";

constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
// What would end a label's value, if anything did, among them.
constexpr char kPrintable[] = "abcXYZ019 _-./:,;{}=<>()[]#!?*+%&$@^~|'`";

class Words {
 public:
  explicit Words(std::uint64_t seed) : engine_(seed) {}

  std::string Of(std::string_view alphabet, std::size_t least, std::size_t most) {
    std::string word(least + Below(most - least + 1), ' ');
    for (char& letter : word) letter = alphabet[Below(alphabet.size())];
    return word;
  }
  std::string Name() { return Of({kLetters, sizeof kLetters - 1}, 3, 20); }
  std::string Model() { return "m" + Of({kPrintable, sizeof kPrintable - 1}, 1, 60) + "m"; }

 private:
  std::uint64_t Below(std::uint64_t limit) { return engine_() % limit; }

  std::mt19937_64 engine_;
};

class Caller {
 public:
  Caller(const std::string& grpc, std::uint16_t door, std::uint64_t seed)
      : door_(door), words_(seed), channel_(Connect(grpc)), stub_(channel_), generic_(channel_) {}

  // Whether the call of this number went as it should.
  bool Call(int number) { return KindOf(number).second(); }
  const char* NameOf(int number) const { return KindOf(number).first; }

 private:
  using Kind = std::pair<const char*, std::function<bool()>>;

  // gRPC shares connections among channels with equal options; the local pool keeps this one's to itself.
  static std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }

  void Prepare(grpc::ClientContext& context, const std::string& key) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + key);
    context.AddMetadata("x-request-id", words_.Name());
    context.AddMetadata("x-" + words_.Name(), words_.Name());
    context.AddMetadata("user-" + words_.Name(), words_.Name());
  }

  v1::ChatRequest Request(const std::string& model) {
    v1::ChatRequest request;
    request.set_model(model);
    request.set_user(words_.Name());
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content(words_.Name());
    return request;
  }

  StatusCode Send(const v1::ChatRequest& request, const std::string& key) {
    grpc::ClientContext context;
    Prepare(context, key);
    v1::ChatResponse response;
    return stub_.Chat(&context, request, &response).error_code();
  }

  StatusCode Unary(const std::string& model, const std::string& key = kProduction) {
    return Send(Request(model), key);
  }

  StatusCode Streamed(const std::string& model) {
    grpc::ClientContext context;
    Prepare(context, kProduction);
    const auto reader = stub_.StreamChat(&context, Request(model));
    for (v1::ChatEvent event; reader->Read(&event);) {
    }
    return reader->Finish().error_code();
  }

  StatusCode Empty() {
    v1::ChatRequest request = Request(words_.Model());
    request.clear_messages();
    return Send(request, kProduction);
  }

  StatusCode Route(const std::string& key) {
    grpc::ClientContext context;
    Prepare(context, key);
    v1::RouteRequest request;
    request.set_model(words_.Model());
    v1::RouteResponse response;
    return stub_.Route(&context, request, &response).error_code();
  }

  StatusCode UnknownMethod() {
    grpc::ClientContext context;
    Prepare(context, kProduction);
    grpc::CompletionQueue queue;
    const auto call =
        generic_.PrepareUnaryCall(&context, "/spillway.v1.RouterService/" + words_.Name(), {}, &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status.error_code();
  }

  // The HTTP status.
  int Ask(const std::string& method, const std::string& path, const std::string& key,
          const std::string& body) {
    testing::RawClient client(door_);
    client.Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nhost: ", words_.Name(),
                             "\r\nauthorization: Bearer ", key, "\r\nx-", words_.Name(), ": ", words_.Name(),
                             "\r\nuser-agent: ", words_.Name(), "\r\ncontent-length: ", body.size(),
                             "\r\n\r\n", body));
    return client.ReadAnswer().status;
  }

  int Post(const std::string& model, const std::string& key = kProduction, bool stream = false) {
    return Ask("POST", "/v1/chat/completions", key,
               absl::StrCat(R"({"model":")", model, R"(","user":")", words_.Name(),
                            R"(","messages":[{"role":"user","content":"hello"}])",
                            stream ? R"(,"stream":true)" : "", "}"));
  }

  const Kind& KindOf(int number) const { return kinds_[static_cast<std::size_t>(number) % kinds_.size()]; }

  const std::uint16_t door_;
  Words words_;
  const std::shared_ptr<grpc::Channel> channel_;
  v1::RouterService::Stub stub_;
  grpc::GenericStub generic_;
  const std::vector<Kind> kinds_ = {
      {"of a policy", [this] { return Unary("chat") == StatusCode::OK; }},
      {"of any model, at the primary endpoint", [this] { return Unary(words_.Model()) == StatusCode::OK; }},
      {"streamed, of any model", [this] { return Streamed(words_.Model()) == StatusCode::OK; }},
      {"failing over", [this] { return Unary("shaky") == StatusCode::OK; }},
      {"with any key", [this] { return Unary("chat", words_.Name()) == StatusCode::UNAUTHENTICATED; }},
      {"of a model that there is not",
       [this] { return Unary(words_.Model(), kSandbox) == StatusCode::NOT_FOUND; }},
      {"of a forbidden model",
       [this] { return Unary(words_.Model(), kNarrow) == StatusCode::PERMISSION_DENIED; }},
      {"without a message", [this] { return Empty() == StatusCode::INVALID_ARGUMENT; }},
      {"Route", [this] { return Route(kProduction) == StatusCode::OK; }},
      {"Route with any key", [this] { return Route(words_.Name()) == StatusCode::UNAUTHENTICATED; }},
      {"of a method that there is not", [this] { return UnknownMethod() == StatusCode::UNIMPLEMENTED; }},
      {"by HTTP, of any model", [this] { return Post(words_.Model()) == 200; }},
      {"by HTTP, streamed", [this] { return Post(words_.Model(), kProduction, true) == 200; }},
      {"by HTTP, with any key", [this] { return Post("chat", words_.Name()) == 401; }},
      {"by HTTP, for any model's name",
       [this] { return Ask("GET", "/v1/models/" + words_.Name(), kProduction, "") == 404; }},
      {"by HTTP, at any path", [this] { return Ask("GET", "/" + words_.Name(), kProduction, "") == 404; }},
      {"by HTTP, with any method and any body",
       [this] {
         return Ask("PUT", "/v1/chat/completions", kProduction, words_.Name()) == 405 &&
                Ask("POST", "/v1/chat/completions", kProduction, words_.Name()) == 400;
       }},
  };
};

int Main(int argc, char** argv) {
  CLI::App app("Calls of seventeen kinds in turn, with everything in them made up");
  std::string grpc;
  std::uint16_t door = 0;
  int calls = 0;
  std::uint64_t seed = 1;
  app.add_option("--grpc", grpc, "The server's HOST:PORT")->required();
  app.add_option("--door", door, "The port of its OpenAI-compatible listener")->required();
  app.add_option("--calls", calls, "How many")->required();
  app.add_option("--seed", seed, "Other words with each seed");
  CLI11_PARSE(app, argc, argv);
  constexpr int kThreads = 4;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Caller caller(grpc, door, seed * kThreads + static_cast<std::uint64_t>(thread));
      for (int number = thread; number < calls; number += kThreads) {
        if (caller.Call(number)) continue;
        if (++failed > 5) continue;
        std::fprintf(stderr, "random-calls: call %d (%s) went wrong\n", number, caller.NameOf(number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failed > 0) std::fprintf(stderr, "random-calls: %d of %d calls went wrong\n", failed.load(), calls);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) { return spillway::Main(argc, argv); }
