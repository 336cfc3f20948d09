// The certificate of the OpenAI-compatible listener is replaced while clients are connected.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/e2e/reload_scene.h"
#include "tests/e2e/server_process.h"
#include "tests/sim/raw_client.h"
#include "tests/support/test_certificates.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kQuestion[] =
    R"({"model": "gpt-4o", "messages": [{"role": "user", "content": "Say this is a test!"}]})";

// Each authority stands for one certificate: who trusts it alone can tell that one from the others.
class DoorCertificateTest : public ::testing::Test {
 protected:
  void Write(const testing::CertificateAndKey& pair) {
    Replace("tls.crt", pair.certificate_pem);
    Replace("tls.key", pair.key_pem);
  }

  // As certificate managers do: another file under the same name.
  void Replace(const std::string& name, const std::string& text) {
    std::filesystem::rename(dir_.Write(name + ".new", text), dir_.Path(name));
  }

  std::string Door() const {
    return ", openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"" + dir_.Path("tls.crt") +
           "\", key_file: \"" + dir_.Path("tls.key") + "\"}}";
  }

  static std::uint16_t PortOf(const ReloadScene& scene) {
    return static_cast<std::uint16_t>(scene.WaitForEvent("serving").at("openai_port").as_int64());
  }

  // Whether a client that trusts nobody but `authority` gets in, and gets an answer.
  static bool Serves(std::uint16_t port, const testing::TestAuthority& authority) {
    try {
      sim::RawClient client(port, authority.ca_pem());
      return Answers(client);
    } catch (const boost::system::system_error&) {
      return false;
    }
  }

  static bool Answers(sim::RawClient& client) {
    const HttpResponse response = client.Post("/v1/chat/completions", kQuestion).response;
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_THAT(response.body, HasSubstr("This is a test!"));
    return response.status == 200;
  }

  testing::TempDir dir_;
  const testing::TestAuthority before_;
  const testing::TestAuthority after_;
};

TEST_F(DoorCertificateTest, NewConnectionsGetTheNewOneAndThoseThereGoOn) {
  Write(before_.Issue());
  const ReloadScene scene({.server = Door()});
  ASSERT_TRUE(scene.running());
  const std::uint16_t port = PortOf(scene);
  sim::RawClient kept(port, before_.ca_pem());
  ASSERT_TRUE(Answers(kept));
  EXPECT_FALSE(Serves(port, after_));
  const std::uint64_t hash = scene.ConfigInForce().config_hash();

  Write(after_.Issue());
  const boost::json::object line = scene.WaitForEvent("config_reloaded");
  EXPECT_EQ(line.at("trigger"), "file");
  EXPECT_FALSE(line.contains("restart_needed"));
  EXPECT_TRUE(Serves(port, after_));
  EXPECT_FALSE(Serves(port, before_));
  EXPECT_TRUE(Answers(kept));
  EXPECT_EQ(scene.ConfigInForce().config_hash(), hash) << "the file is the same";
}

TEST_F(DoorCertificateTest, APairThatDoesNotFitIsRejectedAndTheOldOneStays) {
  Write(before_.Issue());
  const ReloadScene scene({.server = Door()});
  ASSERT_TRUE(scene.running());
  const std::uint16_t port = PortOf(scene);
  const testing::CertificateAndKey pair = after_.Issue();
  Replace("tls.crt", pair.certificate_pem);
  const boost::json::object rejected = scene.WaitForEvent("config_rejected");
  const boost::json::object error = rejected.at("errors").at(0).as_object();
  EXPECT_EQ(error.at("path"), "server.openai.tls.key_file");
  EXPECT_EQ(error.at("line"), 1);
  EXPECT_THAT(error.at("what").as_string().c_str(), HasSubstr(dir_.Path("tls.key")));
  EXPECT_TRUE(Serves(port, before_));

  Replace("tls.key", pair.key_pem);
  scene.WaitForEvent("config_reloaded");
  EXPECT_TRUE(Serves(port, after_));
  for (const std::string& text : scene.process().Lines()) EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY")));
}

TEST_F(DoorCertificateTest, TheCheckFindsAPairThatDoesNotFit) {
  Write({before_.Issue().certificate_pem, after_.Issue().key_pem});
  const ReloadScene scene;
  const std::string config = dir_.Write("c.yaml", scene.Yaml({.server = Door()}));
  testing::Subprocess check(ServerBinary(), {"--check", config});
  EXPECT_EQ(check.Wait(), 1);
  EXPECT_THAT(check.Errors(),
              HasSubstr("server.openai.tls.key_file: \"" + dir_.Path("tls.key") + "\" is not the key"));
  Write(before_.Issue());
  testing::Subprocess good(ServerBinary(), {"--check", config});
  EXPECT_EQ(good.Wait(), 0) << good.Errors();
}

}  // namespace
}  // namespace spillway::e2e
