// Mistakes against YAML and the schema: each is one error, in its place.
#include "tests/server/config/config_text.h"

namespace spillway::server {
namespace {

class SchemaMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(SchemaMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam()); }

// clang-format off
INSTANTIATE_TEST_SUITE_P(Keys, SchemaMistake, ::testing::Values(
    Mistake{"UnknownKeyWithSuggestion", "request_timeout: 30s", "@@reqest_timeout: 30s", "policies[0].reqest_timeout", "unknown key \"reqest_timeout\"; did you mean \"request_timeout\"?"},
    Mistake{"CamelCaseIsNotTheName", "request_timeout: 30s", "@@requestTimeout: 30s", "policies[0].requestTimeout", "did you mean \"request_timeout\"?"},
    Mistake{"UnknownKeyWithoutSuggestionListsTheKnown", "  grpc: {", "  @@websocket: {}\n  grpc: {", "server.websocket", "known: grpc, admin"},
    Mistake{"UnknownKeyAtTheTop", "server:\n", "@@listeners: []\nserver:\n", "listeners", "unknown key"},
    Mistake{"UnknownKeyIsEscaped", "retries: 3", "@@\"a\\nb\": 3", "policies[0]", "unknown key \"a\\nb\""},
    Mistake{"DuplicateKey", "retries: 3", "retries: 3\n    @@retries: 4", "policies[0].retries", "duplicate key; it is on line 35 already"},
    Mistake{"ListAsKey", "retries: 3", "? @@[a]\n    : 3", "policies[0]", "a key must be a word, found a list"},
    Mistake{"NullKey", "retries: 3", "@@~: 3", "policies[0]", "a key must be a word, found nothing"},
    Mistake{"MergeKeyIsUnknown", "retries: 3", "@@<<: {retries: 3}", "policies[0]", "unknown key \"<<\""},
    Mistake{"NoValue", "retries: 3", "@@retries:", "policies[0].retries", "has no value"},
    Mistake{"ExplicitNull", "retries: 3", "@@retries: null", "policies[0].retries", "has no value"},
    Mistake{"BothMembersOfAOneof", "{env: OPENAI_API_KEY}", "{env: OPENAI_API_KEY, @@file: /key}", "endpoints[0].api_key", "\"env\" and \"file\" exclude each other"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Types, SchemaMistake, ::testing::Values(
    Mistake{"TextForAMessage", "grpc: {address: \"127.0.0.1:0\"}", "grpc: @@here", "server.grpc", "expected a mapping"},
    Mistake{"ListForAMessage", "grpc: {address: \"127.0.0.1:0\"}", "grpc: @@[here]", "server.grpc", "found a list"},
    Mistake{"TextForAList", "models: [gpt-4o, gpt-4o-mini]", "models: @@gpt-4o", "providers[0].models", "expected a list"},
    Mistake{"MappingForAList", "models: [gpt-4o, gpt-4o-mini]", "@@models: {a: b}", "providers[0].models", "expected a list, found a mapping"},
    Mistake{"TextForAnItem", "  - {name: local, api: openai}", "  - @@local\n  - {name: local, api: openai}", "providers[1]", "expected a mapping"},
    Mistake{"EmptyItem", "  - {name: local, api: openai}", "  - @@~\n  - {name: local, api: openai}", "providers[1]", "has no value"},
    Mistake{"ListForAText", "{name: local,", "{name: @@[a],", "providers[1].name", "expected a text, found a list"},
    Mistake{"EmptyText", "grpc_address: \"[::1]:9902\"", "grpc_address: @@\"\"", "server.admin.grpc_address", "must not be empty"},
    Mistake{"TextForANumber", "retries: 3", "retries: @@many", "policies[0].retries", "expected a whole number, found \"many\""},
    Mistake{"QuotedNumber", "retries: 3", "retries: @@\"3\"", "policies[0].retries", "found a text in quotes"},
    Mistake{"FractionForANumber", "retries: 3", "retries: @@3.0", "policies[0].retries", "expected a whole number"},
    Mistake{"OctalNumber", "retries: 3", "retries: @@010", "policies[0].retries", "expected a whole number"},
    Mistake{"NegativeNumber", "retries: 3", "retries: @@-1", "policies[0].retries", "between 0 and 4294967295"},
    Mistake{"NumberOutOfRange", "retries: 3", "retries: @@4294967296", "policies[0].retries", "between 0 and 4294967295"},
    Mistake{"NumberBeyondAllRanges", "retries: 3", "retries: @@99999999999999999999999", "policies[0].retries", "out of range"},
    Mistake{"YesForTrue", "primary: true", "primary: @@yes", "endpoints[0].primary", "expected true or false, found \"yes\""},
    Mistake{"QuotedBool", "primary: true", "primary: @@'true'", "endpoints[0].primary", "expected true or false"},
    Mistake{"ListForABool", "primary: true", "primary: @@[true]", "endpoints[0].primary", "found a list"},
    Mistake{"UnknownEnumWord", "environment: sandbox", "environment: @@staging", "endpoints[2].environment", "unknown value \"staging\"; must be one of production, sandbox"},
    Mistake{"EnumWordInUpperCase", "environment: sandbox", "environment: @@SANDBOX", "endpoints[2].environment", "one of production, sandbox"},
    Mistake{"EnumByFullName", "environment: sandbox", "environment: @@ENVIRONMENT_SANDBOX", "endpoints[2].environment", "one of production, sandbox"},
    Mistake{"UnspecifiedIsNotWritable", "environment: sandbox", "environment: @@unspecified", "endpoints[2].environment", "unknown value"},
    Mistake{"ListForAnEnum", "environment: sandbox", "environment: @@[sandbox]", "endpoints[2].environment", "found a list"},
    Mistake{"UnknownApi", "{name: local, api: openai}", "{name: local, api: @@watson}", "providers[1].api", "must be one of openai, azure_openai, anthropic, gemini, bedrock, mistral, cohere"},
    Mistake{"Tag", "retries: 3", "retries: @@!!int 3", "policies[0].retries", "tags are not supported"},
    Mistake{"Anchor", "retries: 3", "retries: @@&three 3", "policies[0].retries", "anchors and aliases are not supported"},
    Mistake{"AliasWithoutAnchor", "retries: 3", "retries: @@*three", "", "anchors and aliases are not supported"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Durations, SchemaMistake, ::testing::Values(
    Mistake{"PlainNumber", "request_timeout: 30s", "request_timeout: @@30", "policies[0].request_timeout", "needs a unit: write \"30s\""},
    Mistake{"UnknownUnit", "request_timeout: 30s", "request_timeout: @@1d", "policies[0].request_timeout", "not a duration: \"1d\""},
    Mistake{"Words", "request_timeout: 30s", "request_timeout: @@30 seconds", "policies[0].request_timeout", "write a number and a unit"},
    Mistake{"TwoUnits", "request_timeout: 30s", "request_timeout: @@1m30s", "policies[0].request_timeout", "not a duration"},
    Mistake{"Infinite", "request_timeout: 30s", "request_timeout: @@infs", "policies[0].request_timeout", "not a duration"},
    Mistake{"Zero", "request_timeout: 30s", "request_timeout: @@0s", "policies[0].request_timeout", "longer than 0"},
    Mistake{"BelowANanosecond", "request_timeout: 30s", "request_timeout: @@0.0000000001s", "policies[0].request_timeout", "longer than 0"},
    Mistake{"NoTimeToTheFirstToken", "request_timeout: 30s", "first_token_timeout: @@0s", "policies[0].first_token_timeout", "longer than 0"},
    Mistake{"NoTimeBetweenTokens", "request_timeout: 30s", "stream_idle_timeout: @@0s", "policies[0].stream_idle_timeout", "longer than 0"},
    Mistake{"Negative", "request_timeout: 30s", "request_timeout: @@-5s", "policies[0].request_timeout", "longer than 0"},
    Mistake{"NoNumber", "request_timeout: 30s", "request_timeout: @@s", "policies[0].request_timeout", "not a duration"},
    Mistake{"NoDigitsAfterThePoint", "request_timeout: 30s", "request_timeout: @@1.s", "policies[0].request_timeout", "not a duration"},
    Mistake{"List", "request_timeout: 30s", "request_timeout: @@[30s]", "policies[0].request_timeout", "expected a duration, found a list"},
    Mistake{"BeyondAllRanges", "request_timeout: 30s", "request_timeout: @@99999999999999999999999h", "policies[0].request_timeout", "out of range"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Yaml, SchemaMistake, ::testing::Values(
    Mistake{"TabInIndentation", "    retries: 3", "  @@\tretries: 3", "", "a tab in the indentation"},
    Mistake{"ControlCharacter", "retries: 3", "retries: @@\x04", "", "a control character"},
    Mistake{"LoneCarriageReturn", "retries: 3", "retries:@@\r 3", "", "a control character"},
    Mistake{"InvalidUtf8", "retries: 3", "retries: é@@\xFF", "", "not valid UTF-8"},
    Mistake{"OverlongUtf8", "retries: 3", "retries: @@\xC0\x80", "", "not valid UTF-8"},
    Mistake{"SurrogateInUtf8", "retries: 3", "retries: @@\xED\xA0\x80", "", "not valid UTF-8"},
    Mistake{"CutUtf8", "suspend_duration: 30s\n", "suspend_duration: @@\xE2\x82", "", "not valid UTF-8"},
    Mistake{"SecondDocument", "policies:\n", "@@---\npolicies:\n", "", "a second document begins here"},
    Mistake{"BadIndentation", "    retries: 3", "     retries@@: 3", "", "check the indentation"},
    Mistake{"ColonInText", "model: gpt-4o\n", "model: a@@: b\n", "", "needs quotes"},
    Mistake{"OpenQuote", "suspend_duration: 30s", "suspend_duration: @@\"30s", "", "this quote is never closed"},
    Mistake{"UnknownEscape", "suspend_duration: 30s", "suspend_duration: \"\\q@@\"", "", "an unknown escape"},
    Mistake{"OpenSingleQuote", "suspend_duration: 30s", "suspend_duration: @@'it''s", "", "this quote is never closed"}),
    MistakeName);
// clang-format on

}  // namespace
}  // namespace spillway::server
