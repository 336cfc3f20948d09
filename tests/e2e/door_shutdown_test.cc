// A server that shuts down under the clients of its OpenAI-compatible door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"
#include "tests/support/slow_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;

SceneOptions Options(const std::string& primary, const std::string& grace) {
  SceneOptions options;
  options.primary = primary;
  options.server = {"openai: {address: \"127.0.0.1:0\"}", "shutdown_grace: " + grace};
  return options;
}

std::uint16_t PortOf(Scene& scene) { return static_cast<std::uint16_t>(scene.server().ports().openai); }

TEST(DoorShutdownTest, ACallUnderWayEndsAsItShould) {
  Scene scene(Options("tls,fault=ok:pause_ms=60", "5s"));
  const std::uint16_t port = PortOf(scene);
  testing::RawClient idle(PortOf(scene));
  testing::RawClient client(PortOf(scene));
  client.Send(ChatRequestBytes(HelloBody(R"(,"stream":true)")));
  const std::string begun = client.ReadUntil("This");
  EXPECT_THAT(begun, HasSubstr("200 OK"));
  std::thread shutdown([&] { scene.server().Shutdown(); });
  EXPECT_TRUE(idle.WaitForEnd());
  const std::string rest = client.ReadAll();
  shutdown.join();
  EXPECT_THAT(rest, HasSubstr("data: [DONE]\n\n"));
  EXPECT_FALSE(client.was_reset());
  EXPECT_TRUE(testing::PlainConnection(port).ended()) << "nobody else is let in";
}

TEST(DoorShutdownTest, ACallThatWouldNotEndIsCancelledWhenTheGraceIsOver) {
  Scene scene(Options("tls,fault=stall:after=2", "0.2s"));
  testing::RawClient client(PortOf(scene));
  client.Send(ChatRequestBytes(HelloBody(R"(,"stream":true)")));
  client.ReadUntil("is");
  std::thread shutdown([&] { scene.server().Shutdown(); });
  const std::string rest = client.ReadAll();
  shutdown.join();
  EXPECT_EQ(rest.find("[DONE]"), std::string::npos);
  EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
}

TEST(DoorShutdownTest, AReloadThatHangsIsLeftBehindAndWaitedForAtTheEnd) {
  const testing::TempDir dir;
  const std::string path = dir.Write("key", "sk-1");
  std::optional<testing::TestServer> server(
      "server: {grpc: {address: \"127.0.0.1:0\"}, admin: {address: \"127.0.0.1:0\"}, "
      "openai: {address: \"127.0.0.1:0\"}}\n"
      "providers: [{name: p, api: openai}]\n"
      "endpoints: [{name: e, provider: p, primary: true, url: \"http://127.0.0.1:1/v1\", api_key: {file: \"" +
      path + "\"}}]\n");
  {
    testing::SlowFile key(path);
    ASSERT_TRUE(key.WaitForReader());
    EXPECT_FALSE(server->Shutdown());
    EXPECT_FALSE(server->Shutdown()) << "nor when it is told so again";
    std::filesystem::rename(dir.Write("next", "sk-2"), path);
  }
  server.reset();
}

}  // namespace
}  // namespace spillway::e2e
