// The section `server`: limits, the gRPC listener and the operator's, each mistake one error, in its place.
#include <string>

#include "tests/server/config/config_text.h"

namespace spillway::server {
namespace {

class ServerMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ServerMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam()); }

constexpr char kGrpc[] = "  grpc: {address: \"127.0.0.1:0\"}";
constexpr char kAdmin[] = "address: \"127.0.0.1:0\", grpc_address: \"[::1]:9902\"";

Mistake Server(std::string name, const std::string& setting, const std::string& field, std::string what) {
  return {std::move(name), kGrpc, "  " + setting + "\n" + kGrpc, "server." + field, std::move(what)};
}

Mistake Grpc(std::string name, const std::string& setting, const std::string& field, std::string what) {
  return {std::move(name), kGrpc, "  grpc: {address: \"127.0.0.1:0\", " + setting + "}",
          "server.grpc." + field, std::move(what)};
}

Mistake Admin(std::string name, const std::string& settings, const std::string& field, std::string what) {
  return {std::move(name), kAdmin, settings, "server.admin." + field, std::move(what)};
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Limits, ServerMistake, ::testing::Values(
    Server("NoCallAtAll", "limits: {max_calls_in_flight: @@0}", "limits.max_calls_in_flight", "must be from 1 to 1000000"),
    Server("NoCallOfACaller", "limits: {max_calls_in_flight_per_caller: @@0}", "limits.max_calls_in_flight_per_caller", "must be from 1 to 1000000"),
    Server("TooFewValues", "limits: {max_request_values: @@999}", "limits.max_request_values", "must be from 1000 to 100000000"),
    Server("NoMessage", "limits: {max_messages: @@0}", "limits.max_messages", "must be from 1 to 1000000"),
    Server("DelayTooLong", "shutdown_delay: @@301s", "shutdown_delay", "must be at most 5m")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Grpc, ServerMistake, ::testing::Values(
    Grpc("NoConnection", "max_connections: @@0", "max_connections", "must be from 1 to 1000000"),
    Grpc("TooYoung", "max_connection_age: @@500ms", "max_connection_age", "must be at least 1s"),
    Grpc("TooOld", "max_connection_age: @@25h", "max_connection_age", "not be longer than 24h"),
    Grpc("TooMuchGrace", "max_connection_age_grace: @@25h", "max_connection_age_grace", "not be longer than 24h"),
    Grpc("TooLittleMetadata", "max_metadata_bytes: @@1023", "max_metadata_bytes", "must be from 1024 to 1048576"),
    Grpc("NoGrpcCertificate", "@@tls: {key_file: k}", "tls.cert_file", "TLS needs a certificate")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Admin, ServerMistake, ::testing::Values(
    Admin("OpenToOtherMachines", "grpc_address: @@\"0.0.0.0:9902\"", "grpc_address", "give it keys"),
    Admin("OpenToOtherMachinesThoughWithTls", "grpc_address: @@\"0.0.0.0:9902\", grpc_tls: {cert_file: c, key_file: k}", "grpc_address", "client_ca_file"),
    Admin("NoAdminKeys", "grpc_address: \"[::1]:9902\", @@keys: []", "keys", "would let everybody in"),
    Admin("AnAdminKeyWithoutDigest", "grpc_address: \"h:9902\", keys: [@@{name: ops}]", "keys[0].key_sha256", "an admin key needs its SHA-256"),
    Admin("AnAdminKeyInPlaceOfItsDigest", "grpc_address: \"h:9902\", keys: [{name: ops, key_sha256: @@hunter2}]", "keys[0].key_sha256", "the key itself is never written"),
    Admin("AnAdminKeyWithoutName", "grpc_address: \"h:9902\", keys: [@@{key_sha256: 6bf1e1e0d9d3ac0a1f4f6c1f5c52cc9eab0efb2a1fc3a5ad7ba0ad0cd6c4d101}]", "keys[0].name", "needs a name"),
    Admin("TlsForNothing", "address: \"127.0.0.1:0\", @@grpc_tls: {cert_file: c, key_file: k}", "grpc_tls", "of no use without grpc_address")),
    MistakeName);
// clang-format on

constexpr char kDigest[] = "6bf1e1e0d9d3ac0a1f4f6c1f5c52cc9eab0efb2a1fc3a5ad7ba0ad0cd6c4d101";

TEST(AdminRules, WithAKeyOrAClientAuthorityItMayBeReachedFromElsewhere) {
  const std::string open = "grpc_address: \"0.0.0.0:9902\"";
  const std::string key = std::string(", keys: [{name: ops, key_sha256: ") + kDigest + "}]";
  const std::string mutual = ", grpc_tls: {cert_file: c, key_file: k, client_ca_file: ca}";
  for (const std::string& closed : {key, mutual}) {
    const ConfigResult result = ParseConfig(Edited(kGoodConfig, kAdmin, open + closed), "f");
    EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  }
}

TEST(AdminRules, ACallersKeyIsNoOperators) {
  const std::string keys = std::string(kAdmin) + ", keys: [{name: ops, key_sha256: " + kDigest + "}]";
  const std::string callers = std::string("callers: [{name: a, key_sha256: ") + kDigest + "}]\n";
  const ConfigResult result = ParseConfig(Edited(kGoodConfig, kAdmin, keys) + callers, "f");
  ASSERT_EQ(result.errors.size(), 1u) << FormatErrors("f", result.errors);
  EXPECT_EQ(result.errors[0].path, "callers[0].key_sha256");
  EXPECT_EQ(result.errors[0].what, "an admin key is the same, on line 3");
}

TEST(AdminRules, LoopbackHasManyNames) {
  for (const char* address : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"}) {
    const std::string settings = std::string("grpc_address: '") + address + "'";
    EXPECT_TRUE(ParseConfig(Edited(kGoodConfig, kAdmin, settings), "f").ok()) << address;
  }
}

}  // namespace
}  // namespace spillway::server
