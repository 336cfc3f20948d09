#include "server/listener_contexts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/config/listener_tls.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListenerContextsTest : public ::testing::Test {
 protected:
  void Write(const testing::CertificateAndKey& pair) {
    dir_.Write("cert.pem", pair.certificate_pem);
    dir_.Write("key.pem", pair.key_pem);
  }

  LoadedConfig Config(bool tls = true) {
    const std::string fields =
        ", tls: {cert_file: '" + dir_.Path("cert.pem") + "', key_file: '" + dir_.Path("key.pem") + "'}";
    const ConfigResult config = ParseConfig("server: {openai: {address: '127.0.0.1:0'" + (tls ? fields : "") +
                                                "}}\nproviders: [{name: p, api: openai}]\n"
                                                "endpoints: [{name: e, provider: p, url: 'https://h'}]\n",
                                            "f");
    EXPECT_TRUE(config.ok()) << FormatErrors("f", config.errors);
    return *config.loaded;
  }

  ListenerContextsResult Make(const ListenerContexts& former = {}) {
    const LoadedConfig loaded = Config();
    return ContextsFor(loaded.config, loaded.source, ReadListenerCertificates(loaded).certificates, former);
  }

  testing::TempDir dir_;
  testing::TestAuthority authority_;
};

TEST_F(ListenerContextsTest, AListenerOfPlainTextHasNone) {
  const LoadedConfig plain = Config(false);
  EXPECT_THAT(ContextsFor(plain.config, plain.source, {}).contexts, IsEmpty());
  EXPECT_EQ(Find({}, kOpenAiTls), nullptr);
}

TEST_F(ListenerContextsTest, TheSameCertificateKeepsItsContext) {
  Write(authority_.Issue());
  const ListenerContextsResult former = Make();
  ASSERT_TRUE(former.ok());
  ASSERT_THAT(former.contexts, SizeIs(1));
  const ListenerContextsResult next = Make(former.contexts);
  EXPECT_TRUE(SameContexts(next.contexts, former.contexts));
  EXPECT_EQ(Find(next.contexts, kOpenAiTls)->context, Find(former.contexts, kOpenAiTls)->context);
}

TEST_F(ListenerContextsTest, AnotherCertificateGetsAContextOfItsOwn) {
  Write(authority_.Issue());
  const ListenerContextsResult former = Make();
  Write(authority_.Issue());
  const ListenerContextsResult next = Make(former.contexts);
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(SameContexts(next.contexts, former.contexts));
  EXPECT_FALSE(SameContexts(next.contexts, {}));
}

TEST_F(ListenerContextsTest, AListenerThatTheFileDroppedKeepsItsContext) {
  Write(authority_.Issue());
  const ListenerContextsResult former = Make();
  const LoadedConfig running = Config();
  const ListenerContextsResult next = ContextsFor(running.config, running.source, {}, former.contexts);
  EXPECT_TRUE(SameContexts(next.contexts, former.contexts));
}

TEST_F(ListenerContextsTest, AFileThatChangedSinceItWasReadIsAnErrorAtItsListener) {
  Write(authority_.Issue());
  const LoadedConfig loaded = Config();
  const ListenerCertificates certificates = ReadListenerCertificates(loaded).certificates;
  dir_.Write("key.pem", "nothing");
  const ListenerContextsResult result = ContextsFor(loaded.config, loaded.source, certificates);
  ASSERT_THAT(result.errors, SizeIs(1));
  EXPECT_EQ(result.errors[0].path, "server.openai.tls");
  EXPECT_EQ(result.errors[0].line, 1);
}

}  // namespace
}  // namespace spillway::server
