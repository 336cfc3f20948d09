// What asks for no key must not be had without bound either.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/server_process.h"

namespace spillway::e2e {
namespace {

// Threads of the process.
int ThreadsOf(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string word; status >> word;) {
    int threads = 0;
    if (word == "Threads:" && status >> threads) return threads;
  }
  return -1;
}

using Reflection = grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

// Reflection is served by threads, each of which stays with its stream for as long as the client likes.
TEST(StrangerThreadsTest, OpenReflectionStreamsDoNotBecomeThreads) {
  ServerProcess server;
  ASSERT_TRUE(server.running());
  const int before = ThreadsOf(server.process().pid());
  ASSERT_GT(before, 0);
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.grpc_port()), grpc::InsecureChannelCredentials());
  const grpc::internal::RpcMethod method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                         grpc::internal::RpcMethod::BIDI_STREAMING);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Reflection>> streams;
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    SetPatience(*contexts.emplace_back(std::make_unique<grpc::ClientContext>()));
    streams.emplace_back(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            channel.get(), method, contexts.back().get()));
    grpc::ByteBuffer answer;
    if (streams.back()->Write(ToBuffer(std::string("\x3a\x00", 2))) && streams.back()->Read(&answer))
      ++answered;
  }
  EXPECT_GT(answered, 0);
  EXPECT_LT(ThreadsOf(server.process().pid()), before + 50);
  ExpectServedBy("primary", server.client().Chat(TestCall()));
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& stream : streams) stream->Finish();
}

}  // namespace
}  // namespace spillway::e2e
