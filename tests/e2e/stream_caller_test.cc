// What a caller of a stream may do amid it: cancel, vanish, read slowly or not at all, run out of time; and a
// server that shuts down under it.

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/scene.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using ::testing::SizeIs;

constexpr char kStalls[] = "tls,fault=stall:after=2";

// A stream whose first event has been read.
struct Begun {
  explicit Begun(Scene& scene, milliseconds timeout = std::chrono::seconds(30))
      : channel(scene.server().NewChannel()), stub(v1::RouterService::NewStub(channel)) {
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    reader = stub->StreamChat(&context, TestCall());
    EXPECT_TRUE(reader->Read(&event));
    text = event.delta().content();
  }

  grpc::Status ReadOn() {
    while (reader->Read(&event)) text += event.delta().content();
    return reader->Finish();
  }

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::RouterService::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::ChatEvent>> reader;
  v1::ChatEvent event;
  std::string text;
};

void ExpectUntouched(const Scene& scene) {
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(scene.Target("primary").fails(), 0);
  EXPECT_THAT(scene.Asked("backup"), SizeIs(0));
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
}

// From the cancel to the moment the provider saw its peer leave.
milliseconds CancelAndMeasure(Scene& scene) {
  Begun call(scene);
  const auto cancelled = std::chrono::system_clock::now();
  call.context.TryCancel();
  EXPECT_EQ(call.ReadOn().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
  const sim::LogEntry entry = scene.Asked("primary").back();
  return std::chrono::duration_cast<milliseconds>(entry.time + *entry.peer_closed_after - cancelled);
}

TEST(StreamCallerTest, ACancelClosesTheProvidersConnectionWithin50Ms) {
  Scene scene({.primary = kStalls});
  // The best of many: the machine may be busy with something else.
  constexpr int kCancels = 20;
  milliseconds best = milliseconds::max();
  for (int i = 0; i < kCancels; ++i) best = std::min(best, CancelAndMeasure(scene));
  EXPECT_LT(best, milliseconds(50));
  ExpectUntouched(scene);
  EXPECT_EQ(scene.Metric(R"(spillway_attempts_total{endpoint="primary",model="gpt-4o",outcome="cancelled"})"),
            kCancels);
}

TEST(StreamCallerTest, ACancelBeforeTheFirstTokenDoesToo) {
  Scene scene({.primary = "tls,fault=silence_after_head"});
  const auto stub = v1::RouterService::NewStub(scene.server().NewChannel());
  grpc::ClientContext context;
  const auto reader = stub->StreamChat(&context, TestCall());
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
  ExpectUntouched(scene);
}

TEST(StreamCallerTest, ItsDeadlineEndsTheStreamAndHarmsNobody) {
  Scene scene({.primary = kStalls});
  const StreamedCall call = CallStreamed(scene.server().NewChannel(), TestCall(), milliseconds(3000));
  EXPECT_EQ(call.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(call.text, "This is");
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
  ExpectUntouched(scene);
}

TEST(StreamCallerTest, ManyWhoLeaveAmidTheAnswerLeaveNothingBehind) {
  Scene scene({.primary = "tls,fault=ok:tokens=100000"});
  for (int i = 0; i < 20; ++i) {
    Begun call(scene);
    call.context.TryCancel();
    call.reader->Finish();
  }
  EXPECT_TRUE(scene.sim().WaitForLog([](const std::vector<sim::LogEntry>& entries) {
    return std::all_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return entry.peer_closed_after; });
  }));
  ExpectUntouched(scene);
  EXPECT_EQ(scene.Metric(R"(spillway_connections{endpoint="primary",state="active"})"), 0);
}

constexpr int kPieces = 3000;
constexpr std::size_t kPieceBytes = 16'000;

// Of so much text that no buffers between could hold it: the sockets' own are up to ten megabytes each.
std::string MoreThanBuffersHold() {
  const std::string event = absl::StrCat(R"(data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\")",
                                         std::string(kPieceBytes, 'x'), R"(\"}}]}\n\n)");
  std::string body;
  for (int i = 0; i < kPieces; ++i) body += event;
  body +=
      R"(data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n)";
  return absl::StrCat(R"({"fault": "ok", "headers": {"content-type": "text/event-stream"}, "body": ")", body,
                      "\"}");
}

TEST(StreamCallerTest, OneWhoDoesNotReadHoldsTheProviderBack) {
  Scene scene;
  scene.sim().SetScript("primary", MoreThanBuffersHold());
  Begun call(scene);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_FALSE(scene.Asked("primary").at(0).done);
  call.context.TryCancel();
  call.reader->Finish();
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
  ExpectUntouched(scene);
}

TEST(StreamCallerTest, OneWhoReadsLateGetsAllOfIt) {
  Scene scene({.settings = {"stream_idle_timeout: 3s"}});
  scene.sim().SetScript("primary", MoreThanBuffersHold());
  Begun call(scene);
  // Longer than the provider may pause: it is we who do.
  std::this_thread::sleep_for(std::chrono::seconds(4));
  ASSERT_FALSE(scene.Asked("primary").at(0).done) << "it was not held back";
  const grpc::Status status = call.ReadOn();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(call.text.size(), kPieces * kPieceBytes);
  ExpectUntouched(scene);
}

TEST(StreamCallerTest, AShutdownWaitsForStreamsAndThenEndsThem) {
  auto scene = std::make_unique<Scene>(
      SceneOptions{.primary = "tls,fault=ok:pause_ms=60", .server = {"shutdown_grace: 5s"}});
  Begun call(*scene);
  std::thread shutdown([&] { scene->server().Shutdown(); });
  const grpc::Status status = call.ReadOn();
  shutdown.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(call.text, "This is a test!");
}

TEST(StreamCallerTest, AShutdownEndsAStreamThatWouldNotEnd) {
  auto scene = std::make_unique<Scene>(SceneOptions{.primary = kStalls, .server = {"shutdown_grace: 0.2s"}});
  Begun call(*scene);
  std::thread shutdown([&] { scene->server().Shutdown(); });
  EXPECT_FALSE(call.ReadOn().ok());
  shutdown.join();
  EXPECT_TRUE(scene->WaitUntilPeerLeft("primary"));
}

}  // namespace
}  // namespace spillway::e2e
