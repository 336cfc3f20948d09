// Mistakes that the schema allows and the rules do not: each is one error, in its place.
#include "tests/server/config/config_text.h"

namespace spillway::server {
namespace {

class RuleMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(RuleMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam()); }

constexpr char kUrl[] = "url: https://api.openai.com/v1";
constexpr char kUrlPath[] = "endpoints[0].url";

// The production endpoint's URL, spoiled.
Mistake Url(std::string name, const std::string& url, std::string what) {
  return {std::move(name), kUrl, "url: @@" + url, kUrlPath, std::move(what)};
}

// The gRPC listener's address, spoiled.
Mistake Listen(std::string name, const std::string& address, std::string what) {
  return {std::move(name), "grpc: {address: \"127.0.0.1:0\"}", "grpc: {address: @@'" + address + "'}",
          "server.grpc.address", std::move(what)};
}

// The OpenAI-compatible listener, spoiled.
Mistake Door(std::string name, const std::string& listener, const std::string& field, std::string what) {
  const std::string grpc = "  grpc: {address: \"127.0.0.1:0\"}";
  return {std::move(name), grpc, grpc + "\n  " + listener, "server.openai" + field, std::move(what)};
}

// One word of fail_on, spoiled.
Mistake FailOn(std::string name, const std::string& word) {
  return {std::move(name), "fail_on: [error,", "fail_on: [@@" + word + ",", "policies[0].fail_on[0]",
          "unknown word \"" + word + "\""};
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Names, RuleMistake, ::testing::Values(
    Mistake{"ProviderWithoutName", "{name: local, api: openai}", "{name: local, api: openai}\n  - @@{api: openai}", "providers[2].name", "this provider needs a name"},
    Mistake{"EndpointWithoutName", "  - name: box\n    provider: local", "  - @@provider: openai\n    url: http://a\n  - name: box\n    provider: local", "endpoints[1].name", "this endpoint needs a name"},
    Mistake{"PolicyWithoutName", "  - name: chat\n    model: gpt-4o", "  - @@model: gpt-4o", "policies[0].name", "this policy needs a name"},
    Mistake{"TwoProvidersOfOneName", "{name: local, api: openai}", "{name: local, api: openai}\n  - {name: @@local, api: openai}", "providers[2].name", "another provider is named \"local\", on line 6"},
    Mistake{"TwoEndpointsOfOneName", "  - name: test\n", "  - {name: @@prod, provider: local, url: http://a}\n  - name: test\n", "endpoints[2].name", "another endpoint is named \"prod\", on line 8"},
    Mistake{"TwoPoliciesOfOneName", "  - name: chat\n", "  - {name: chat, model: m, production: {failover: {targets: [{endpoint: box, model: m}]}}}\n  - name: @@chat\n", "policies[1].name", "another policy is named \"chat\", on line 22"},
    Mistake{"SpaceInName", "name: chat", "name: @@my chat", "policies[0].name", "a name is made of letters"},
    Mistake{"SlashInName", "name: chat", "name: @@a/b", "policies[0].name", "a name is made of letters"},
    Mistake{"NameBeginsWithADash", "name: chat", "name: @@\"-a\"", "policies[0].name", "begins with a letter or digit"},
    Mistake{"NameBeyondAscii", "name: chat", "name: @@chät", "policies[0].name", "a name is made of letters"},
    Mistake{"NameTooLong", "name: chat", "name: @@" + std::string(129, 'a'), "policies[0].name", "128"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Providers, RuleMistake, ::testing::Values(
    Mistake{"NoApi", "{name: local, api: openai}", "@@{name: local}", "providers[1].api", "needs an api"},
    Mistake{"ModelTwice", "[gpt-4o, gpt-4o-mini]", "[gpt-4o, gpt-4o-mini, @@gpt-4o]", "providers[0].models[2]", "listed twice"},
    Mistake{"ModelWithLineBreak", "[gpt-4o, gpt-4o-mini]", "[gpt-4o, gpt-4o-mini, @@\"a\\nb\"]", "providers[0].models[2]", "printable ASCII"},
    Mistake{"ModelEndsWithASpace", "[gpt-4o, gpt-4o-mini]", "[gpt-4o, gpt-4o-mini, @@\"a \"]", "providers[0].models[2]", "begin or end with a space"},
    Mistake{"ModelTooLong", "[gpt-4o, gpt-4o-mini]", "[gpt-4o, gpt-4o-mini, @@" + std::string(257, 'm') + "]", "providers[0].models[2]", "256"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Endpoints, RuleMistake, ::testing::Values(
    Mistake{"NoProvider", "  - name: box\n    provider: local", "  - @@name: box", "endpoints[1].provider", "needs the name of its provider"},
    Mistake{"DanglingProvider", "provider: local", "provider: @@locl", "endpoints[1].provider", "there is no provider \"locl\"; did you mean \"local\"?"},
    Mistake{"NoUrl", "  - name: box\n    provider: local\n    url: https://llm.internal:8443", "  - @@name: box\n    provider: local", "endpoints[1].url", "needs a url"},
    Mistake{"TwoPrimaries", "provider: local", "provider: local\n    primary: @@true", "endpoints[1].primary", "has a primary endpoint already, on line 11"},
    Mistake{"KeyWithoutSource", "api_key: {env: OPENAI_API_KEY}", "@@api_key: {}", "endpoints[0].api_key", "needs a source"},
    Mistake{"TlsOnPlainHttp", "environment: sandbox", "environment: sandbox\n    @@tls: {ca_file: /ca.pem}", "endpoints[2].tls", "has no effect: the url is http://"},
    Mistake{"ServerNameWithPort", "server_name: llm.internal", "server_name: @@\"llm:1\"", "endpoints[1].tls.server_name", "not a host name"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Urls, RuleMistake, ::testing::Values(
    Url("NoScheme", "api.openai.com/v1", "begins with https:// or http://"),
    Url("OtherScheme", "ftp://api.openai.com", "begins with https:// or http://"),
    Url("NoHost", "https:///v1", "the URL has no host"),
    Url("Userinfo", "https://me:pw@host/v1", "no user or password"),
    Url("Query", "https://host/v1?a=b", "no query"),
    Url("Fragment", "https://host/v1#a", "no fragment"),
    Url("Space", "'https://host/v 1'", "not a valid URL"),
    Url("PortOfLetters", "https://host:https/", "between 1 and 65535"),
    Url("PortTooLarge", "https://host:65536/", "between 1 and 65535"),
    Url("PortZero", "https://host:0/", "between 1 and 65535"),
    Url("PortEmpty", "\"https://host:\"", "between 1 and 65535"),
    Url("MetadataService", "http://169.254.169.254/latest", "link-local"),
    Url("LinkLocalV6", "http://[fe80::1]/", "link-local"),
    Url("LinkLocalV6UpperEnd", "http://[febf::1]/", "link-local"),
    Url("MappedLinkLocal", "http://[::ffff:169.254.169.254]/", "link-local"),
    Url("DecimalAddress", "http://2852039166/", "in full"),
    Url("HexAddress", "http://0xa9fea9fe/", "in full"),
    Url("ShortAddress", "http://169.16689662/", "in full"),
    Url("AddressOutOfRange", "http://1.2.3.256/", "not a valid IPv4 address"),
    Url("OddHost", "https://a%20b/", "not a host name")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Listeners, RuleMistake, ::testing::Values(
    Listen("NoPort", "127.0.0.1", "must be host:port"),
    Listen("NoHost", ":50051", "must be host:port"),
    Listen("EmptyPort", "127.0.0.1:", "between 0 and 65535"),
    Listen("PortTooLarge", "127.0.0.1:65536", "between 0 and 65535"),
    Listen("PortOfLetters", "127.0.0.1:http", "between 0 and 65535"),
    Listen("NegativePort", "127.0.0.1:-1", "between 0 and 65535"),
    Listen("BareV6", "::1:50051", "goes in brackets"),
    Listen("BadV6", "[::zz]:50051", "not a valid IPv6 address"),
    Listen("BadV4", "256.0.0.1:50051", "not a valid IPv4 address"),
    Listen("Url", "http://a:1", "goes in brackets"),
    Listen("SpaceInHost", "a b:1", "not a host name"),
    Mistake{"SameAddressTwice", "address: \"127.0.0.1:0\", grpc_address: \"[::1]:9902\"", "address: \"127.0.0.1:9902\", grpc_address: @@\"127.0.0.1:9902\"", "server.admin.grpc_address", "is the address of server.admin.address too"},
    Mistake{"NoRequestFits", "grpc: {address: \"127.0.0.1:0\"}", "grpc: {address: \"127.0.0.1:0\", max_message_bytes: @@1023}", "server.grpc.max_message_bytes", "from 1024 to 1073741824"},
    Mistake{"OneRequestFillsTheMemory", "grpc: {address: \"127.0.0.1:0\"}", "grpc: {address: \"127.0.0.1:0\", max_message_bytes: @@1073741825}", "server.grpc.max_message_bytes", "from 1024 to 1073741824"},
    Mistake{"GraceOfHours", "  grpc: {address: \"127.0.0.1:0\"}", "  shutdown_grace: @@61m\n  grpc: {address: \"127.0.0.1:0\"}", "server.shutdown_grace", "at most 1h"},
    Mistake{"TheDefaultAddressTwice", "address: \"127.0.0.1:0\", grpc_address: \"[::1]:9902\"", "grpc_address: @@\"127.0.0.1:9901\"", "server.admin.grpc_address", "is the address of server.admin.address too"}),
    MistakeName);

constexpr char kBytes[] = "must be from 1024 to 1073741824";
INSTANTIATE_TEST_SUITE_P(Door, RuleMistake, ::testing::Values(
    Door("DoorWithoutAddress", "@@openai: {}", ".address", "needs an address, as in 0.0.0.0:8080"),
    Door("DoorWithLimitsOnly", "@@openai: {max_connections: 1}", ".address", "needs an address"),
    Door("DoorAtNoAddress", "openai: {address: @@\"8080\"}", ".address", "must be host:port"),
    Mistake{"DoorAtTheAdminsAddress", "address: \"127.0.0.1:0\", grpc_address: \"[::1]:9902\"}", "grpc_address: @@\"[::1]:9902\"}\n  openai: {address: \"[::1]:9902\"}", "server.admin.grpc_address", "is the address of server.openai.address too"},
    Door("NoBodyFits", "openai: {address: \"h:1\", max_body_bytes: @@1023}", ".max_body_bytes", kBytes),
    Door("OneBodyFillsTheMemory", "openai: {address: \"h:1\", max_body_bytes: @@1073741825}", ".max_body_bytes", kBytes),
    Door("NobodyIsLetIn", "openai: {address: \"h:1\", max_connections: @@0}", ".max_connections", "must be from 1 to 1000000"),
    Door("TooManyAreLetIn", "openai: {address: \"h:1\", max_connections: @@1000001}", ".max_connections", "must be from 1 to 1000000"),
    Door("HeaderTimeoutTooLong", "openai: {address: \"h:1\", header_timeout: @@25h}", ".header_timeout", "not be longer than 24h"),
    Door("BodyTimeoutTooLong", "openai: {address: \"h:1\", body_timeout: @@25h}", ".body_timeout", "not be longer than 24h"),
    Door("IdleTimeoutTooLong", "openai: {address: \"h:1\", idle_timeout: @@25h}", ".idle_timeout", "not be longer than 24h"),
    Door("WriteTimeoutTooLong", "openai: {address: \"h:1\", write_timeout: @@25h}", ".write_timeout", "not be longer than 24h"),
    Door("NoTimeAtAll", "openai: {address: \"h:1\", idle_timeout: @@0s}", ".idle_timeout", "longer than 0"),
    Door("NoCertificate", "openai: {address: \"h:1\", @@tls: {key_file: k}}", ".tls.cert_file", "TLS needs a certificate"),
    Door("NoKey", "openai: {address: \"h:1\", @@tls: {cert_file: c}}", ".tls.key_file", "TLS needs the certificate's key"),
    Door("AKeyInPlaceOfItsFile", "openai: {address: \"h:1\", tls: {cert_file: c, key_file: @@\"-----BEGIN PRIVATE KEY-----\\nMII\"}}", ".tls.key_file", "write the path of the file")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Routes, RuleMistake, ::testing::Values(
    Mistake{"EmptyStrategy", "    sandbox:\n      failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}", "    @@sandbox: {}", "policies[0].sandbox", "empty strategy"},
    Mistake{"NoTargets", "failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}", "@@failover: {}", "policies[0].sandbox.failover.targets", "at least one target"},
    Mistake{"EmptyTargets", "targets: [{endpoint: test, model: gpt-4o-mini}]", "@@targets: []", "policies[0].sandbox.failover.targets", "at least one target"},
    Mistake{"LeafAndStrategy", "[{endpoint: test, model: gpt-4o-mini}]", "[@@{endpoint: test, failover: {targets: []}}]", "policies[0].sandbox.failover.targets[0]", "a strategy at once"},
    Mistake{"NeitherLeafNorStrategy", "[{endpoint: test, model: gpt-4o-mini}]", "[@@{}]", "policies[0].sandbox.failover.targets[0]", "neither a target"},
    Mistake{"LeafWithoutModel", "{endpoint: test, model: gpt-4o-mini}", "@@{endpoint: test}", "policies[0].sandbox.failover.targets[0].model", "needs a model"},
    Mistake{"LeafWithoutEndpoint", "{endpoint: test, model: gpt-4o-mini}", "@@{model: gpt-4o-mini}", "policies[0].sandbox.failover.targets[0].endpoint", "needs an endpoint"},
    Mistake{"DanglingEndpoint", "endpoint: test,", "endpoint: @@tset,", "policies[0].sandbox.failover.targets[0].endpoint", "there is no endpoint \"tset\"; did you mean \"test\"?"},
    Mistake{"EndpointOfTheOtherEnvironment", "endpoint: prod, model: gpt-4o}", "endpoint: @@test, model: gpt-4o}", "policies[0].production.failover.targets[0].endpoint", "the endpoint \"test\" is in sandbox, this route in production"},
    Mistake{"NestedEndpointOfTheOtherEnvironment", "{endpoint: box, model: llama, path", "{endpoint: @@test, model: gpt-4o, path", "policies[0].production.failover.targets[1].failover.targets[1].endpoint", "is in sandbox"},
    Mistake{"ModelTheProviderLacks", "endpoint: prod, model: gpt-4o}", "endpoint: prod, model: @@gpt-4p}", "policies[0].production.failover.targets[0].model", "the provider \"openai\" does not list the model \"gpt-4p\"; did you mean \"gpt-4o\"?"},
    Mistake{"SameTargetTwice", "{endpoint: box, model: llama, path: \"/v1/other?x=1\"}", "@@{endpoint: box, model: llama}", "policies[0].production.failover.targets[1].failover.targets[1]", "a target of this route already, on line 30"},
    Mistake{"RelativePath", "path: \"/v1/other?x=1\"", "path: @@v1/other", "policies[0].production.failover.targets[1].failover.targets[1].path", "begins with '/'"},
    Mistake{"SpaceInPath", "path: \"/v1/other?x=1\"", "path: @@/v1/o ther", "policies[0].production.failover.targets[1].failover.targets[1].path", "no spaces"},
    Mistake{"ControlCharacterInPath", "path: \"/v1/other?x=1\"", "path: @@\"/v1\\r\\nX: y\"", "policies[0].production.failover.targets[1].failover.targets[1].path", "control characters"},
    Mistake{"FragmentInPath", "path: \"/v1/other?x=1\"", "path: @@\"/v1#a\"", "policies[0].production.failover.targets[1].failover.targets[1].path", "no fragment"},
    Mistake{"KeyInPath", "path: \"/v1/other?x=1\"", "path: @@\"/v1?x=1&API_KEY=hush\"", "policies[0].production.failover.targets[1].failover.targets[1].path", "does not belong into a path's query"},
    Mistake{"PathTooLong", "path: \"/v1/other?x=1\"", "path: @@/" + std::string(2048, 'p'), "policies[0].production.failover.targets[1].failover.targets[1].path", "2048"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Policies, RuleMistake, ::testing::Values(
    Mistake{"NoModel", "  - name: chat\n    model: gpt-4o", "  - @@name: chat", "policies[0].model", "needs the model that callers ask for"},
    Mistake{"NoRoute", "policies:\n", "policies:\n  - @@{name: p, model: m}\n", "policies[0]", "needs a route: production, sandbox or both"},
    Mistake{"SameModelAndEnvironment", "suspend_duration: 30s", "suspend_duration: 30s\n  - {name: p, model: @@gpt-4o, sandbox: {failover: {targets: [{endpoint: test, model: gpt-4o}]}}}", "policies[1].model", "the policy on line 23 is for the model \"gpt-4o\" in sandbox already"},
    Mistake{"TimeoutTooLong", "request_timeout: 30s", "request_timeout: @@25h", "policies[0].request_timeout", "not be longer than 24h"},
    Mistake{"FirstTokenTimeoutTooLong", "request_timeout: 30s", "first_token_timeout: @@25h", "policies[0].first_token_timeout", "not be longer than 24h"},
    Mistake{"StreamIdleTimeoutTooLong", "request_timeout: 30s", "stream_idle_timeout: @@25h", "policies[0].stream_idle_timeout", "not be longer than 24h"},
    Mistake{"TotalTimeoutTooLong", "request_timeout: 30s", "total_timeout: @@24.1h", "policies[0].total_timeout", "not be longer than 24h"},
    Mistake{"TooManyRetries", "retries: 3", "retries: @@101", "policies[0].retries", "between 0 and 100"},
    Mistake{"TooManySameTargetRetries", "retries: 3", "same_target_retries: @@11", "policies[0].same_target_retries", "between 0 and 10"},
    Mistake{"NoFails", "retries: 3", "max_fails: @@0", "policies[0].max_fails", "between 1 and 10000"},
    Mistake{"MaxSuspensionTooShort", "suspend_duration: 30s", "suspend_duration: 30s\n    max_suspend_duration: @@29999ms", "policies[0].max_suspend_duration", "must not be shorter than suspend_duration"},
    Mistake{"MaxFailsWithoutSuspension", "suspend_duration: 30s", "max_fails: @@2", "policies[0].max_fails", "has no effect: without suspend_duration"},
    Mistake{"CountModeWithoutSuspension", "suspend_duration: 30s", "count_mode: @@window", "policies[0].count_mode", "has no effect: without suspend_duration"},
    Mistake{"FailTimeoutWithoutSuspension", "suspend_duration: 30s", "fail_timeout: @@2s", "policies[0].fail_timeout", "has no effect: without suspend_duration"},
    Mistake{"MaxSuspensionWithoutSuspension", "suspend_duration: 30s", "max_suspend_duration: @@2m", "policies[0].max_suspend_duration", "has no effect: without suspend_duration"},
    Mistake{"EmptyFailOn", "fail_on: [error, timeout, 429, http_503, 5xx, rate_limited]", "@@fail_on: []", "policies[0].fail_on", "an empty list"},
    FailOn("FailOnSuccess", "200"), FailOn("FailOnRedirect", "302"), FailOn("FailOnNamedRedirect", "http_302"),
    FailOn("FailOnBeyond", "600"), FailOn("FailOnUnknownClass", "3xx"), FailOn("FailOnUnknownWord", "everything"),
    FailOn("FailOnUpperCase", "ERROR"), FailOn("FailOnTheCallersCancel", "cancelled")),
    MistakeName);
// clang-format on

TEST(RuleMistakes, StrategiesNestNoDeeperThanTheirBound) {
  const auto nested = [](int depth) {
    std::string node = "{endpoint: box, model: llama}";
    for (int i = 0; i < depth; ++i) node = "{failover: {targets: [" + node + "]}}";
    return Edited(
        kGoodConfig, "sandbox:\n      failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}",
        "sandbox: " + Edited(node + " ", "endpoint: box, model: llama", "endpoint: test, model: gpt-4o"));
  };
  EXPECT_TRUE(ParseConfig(nested(16), "").ok());
  const ConfigResult result = ParseConfig(nested(17), "");
  ASSERT_EQ(result.errors.size(), 1u) << FormatErrors("", result.errors);
  EXPECT_EQ(result.errors[0].what, "strategies are nested more than 16 deep");
  EXPECT_EQ(result.errors[0].line, 32);
}

TEST(RuleMistakes, AFileWithoutProvidersAndEndpointsLacksBoth) {
  const ConfigResult result = ParseConfig("server: {}\n", "");
  EXPECT_EQ(FormatErrors("f", result.errors),
            "f:1:1: providers: at least one provider is needed\n"
            "f:1:1: endpoints: at least one endpoint is needed\n");
}

TEST(RuleMistakes, APolicyMayNameAModelOfEachEnvironmentOnce) {
  const std::string text =
      Edited(kGoodConfig, "    sandbox:\n", "  - name: chat-sandbox\n    model: gpt-4o\n    sandbox:\n");
  const ConfigResult result = ParseConfig(text, "");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
}

}  // namespace
}  // namespace spillway::server
