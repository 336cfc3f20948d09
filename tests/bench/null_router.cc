// The null router: the least program that does Spillway's job, and so the unit in which the server's CPU
// per call is stated. A gRPC unary call comes in, one HTTPS/1.1 POST goes out on a pooled TLS 1.3
// connection, a reply goes back; nothing is parsed, chosen, counted or logged.
//
// Threads: the main thread runs the one completion queue; an Asio thread owns the upstream pool and starts
// each answer itself.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "spillway/v1/router.grpc.pb.h"
#include "tests/bench/canned.h"
#include "tests/bench/null_upstream.h"

namespace spillway::bench {
namespace {

namespace asio = boost::asio;

// Every method is raw and on the queue, so that gRPC starts no thread of its own for the service. Only Chat
// is ever answered.
using Service = v1::RouterService::WithRawMethod_Chat<v1::RouterService::WithRawMethod_StreamChat<
    v1::RouterService::WithRawMethod_Route<v1::RouterService::Service>>>;

// One call. The queue's thread owns it, save between its hand-over to the Asio thread and Finish.
struct Call {
  grpc::ServerContext context;
  grpc::ByteBuffer request;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer{&context};
  int exchanges_left = 0;
  bool answered = false;
};

class NullRouter {
 public:
  // `exchanges` upstream exchanges follow each other in every call: 0 measures gRPC alone, 2 is the
  // yardstick of a failover.
  NullRouter(asio::io_context& io, NullUpstream& upstream, int exchanges)
      : io_(io), upstream_(upstream), exchanges_(exchanges) {
    grpc::Slice slice(CannedChatResponse());
    reply_ = grpc::ByteBuffer(&slice, 1);
  }

  // Starts listening; returns the port, or 0.
  int Listen(const std::string& address) {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    return server_ == nullptr ? 0 : port;
  }

  // Serves until the process is ended.
  void Run() {
    Accept();
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
      auto* call = static_cast<Call*>(tag);
      if (!ok || call->answered) {
        delete call;
        continue;
      }
      Accept();
      call->exchanges_left = exchanges_;
      asio::post(io_, [this, call] { Step(call, true); });
    }
  }

 private:
  void Accept() {
    auto* call = new Call;
    service_.RequestChat(&call->context, &call->request, &call->writer, queue_.get(), queue_.get(), call);
  }

  void Step(Call* call, bool ok) {
    if (ok && call->exchanges_left-- > 0) {
      upstream_.Exchange([this, call](bool exchanged) { Step(call, exchanged); });
      return;
    }
    call->answered = true;
    if (ok) {
      call->writer.Finish(reply_, grpc::Status::OK, call);
    } else {
      call->writer.FinishWithError(grpc::Status(grpc::StatusCode::UNAVAILABLE, "upstream failed"), call);
    }
  }

  asio::io_context& io_;
  NullUpstream& upstream_;
  const int exchanges_;
  grpc::ByteBuffer reply_;
  Service service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
};

int Main(int argc, char** argv) {
  CLI::App app("The least router there can be: the benchmark's yardstick.");
  std::string listen = "127.0.0.1:0";
  std::string upstream_address;
  std::string ca_file;
  int exchanges = 1;
  app.add_option("--listen", listen, "host:port for gRPC, plain text; port 0 picks a free one");
  app.add_option("--upstream", upstream_address, "IP:port of the HTTPS server")->required();
  app.add_option("--ca", ca_file, "PEM authority that signed the upstream's certificate")->required();
  app.add_option("--exchanges", exchanges, "upstream exchanges per call, one after another")
      ->check(CLI::Range(0, 8));
  CLI11_PARSE(app, argc, argv);

  asio::io_context io(1);
  NullUpstream upstream(io, upstream_address, ca_file);
  NullRouter router(io, upstream, exchanges);
  const int port = router.Listen(listen);
  if (port == 0) {
    std::cerr << "bench-null-router: cannot listen on " << listen << "\n";
    return 1;
  }
  std::cout << "{\"listening\": \"" << listen.substr(0, listen.rfind(':')) << ":" << port << "\"}"
            << std::endl;
  const auto guard = asio::make_work_guard(io);
  std::thread io_thread([&io] { io.run(); });
  router.Run();
  io_thread.join();
  return 0;
}

}  // namespace
}  // namespace spillway::bench

int main(int argc, char** argv) {
  try {
    return spillway::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench-null-router: " << error.what() << "\n";
    return 1;
  }
}
