// Mistakes in routes and in what bounds their attempts: each is one error, in its place.
#include "tests/server/config/config_text.h"
#include "tests/server/config/routing_text.h"

namespace spillway::server {
namespace {

class RoutingMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(RoutingMistake, IsTheOneErrorAtItsPlace) { ExpectFound(GetParam(), kRoutingConfig); }

constexpr char kTargets[] = "policies[0].production.priority.targets";

// The route of the last policy, spoiled.
Mistake Route(std::string name, const std::string& route, std::string path, std::string what) {
  return {std::move(name), "{failover: {targets: [{endpoint: prod, model: gpt-4o-mini, path: /v1/mini}]}}",
          route, "policies[1].production" + path, std::move(what)};
}

// The settings of the last policy, spoiled; its route has two targets.
Mistake Settings(std::string name, const std::string& settings, std::string path, std::string what) {
  return {
      std::move(name),
      "{failover: {targets: [{endpoint: prod, model: gpt-4o-mini, path: /v1/mini}]}}\n    retry_budget: {}",
      "{failover: {targets: [{endpoint: box, model: a}, {endpoint: box, model: b}]}}\n    " + settings,
      "policies[1]" + path, std::move(what)};
}

// The parameters of a target, spoiled.
Mistake Parameter(std::string name, const std::string& parameter, std::string path, std::string what) {
  return {std::move(name), "{endpoint: prod, model: gpt-4o-mini, path: /v1/mini}",
          "{endpoint: prod, model: gpt-4o-mini, parameters: {" + parameter + "}}",
          "policies[1].production.failover.targets[0].parameters" + path, std::move(what)};
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Strategies, RoutingMistake, ::testing::Values(
    Route("EmptyFailover", "{@@failover: {}}", ".failover.targets", "empty strategy: failover needs at least one target"),
    Route("EmptyRoundRobin", "{@@round_robin: {}}", ".round_robin.targets", "empty strategy: round_robin needs at least one target"),
    Route("EmptyWeighted", "{weighted: {@@targets: []}}", ".weighted.targets", "empty strategy: weighted needs at least one target"),
    Route("EmptyPriority", "{priority: {@@targets: []}}", ".priority.targets", "empty strategy: priority needs at least one target"),
    Route("NestedEmptyStrategy", "{failover: {targets: [{@@weighted: {}}]}}", ".failover.targets[0].weighted.targets", "weighted needs at least one target"),
    Mistake{"NoStrategy", "    sandbox:\n      round_robin: {targets: [{endpoint: test, model: tiny}]}", "    @@sandbox: {}", "policies[0].sandbox", "empty strategy: a route needs one"},
    Route("TwoStrategies", "{failover: {targets: [{endpoint: box, model: a}]}, @@weighted: {targets: [{endpoint: box, model: a}]}}", "", "\"failover\" and \"weighted\" exclude each other"),
    Route("TwoStrategiesInANode", "{failover: {targets: [{round_robin: {targets: [{endpoint: box, model: a}]}, @@priority: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0]", "\"round_robin\" and \"priority\" exclude each other"),
    Route("TargetAndStrategy", "{failover: {targets: [@@{endpoint: box, model: a, round_robin: {targets: [{endpoint: box, model: b}]}}]}}", ".failover.targets[0]", "a target (endpoint and model) and a strategy at once"),
    Route("NeitherTargetNorStrategy", "{weighted: {targets: [@@{weight: 3}]}}", ".weighted.targets[0]", "is neither a target"),
    Route("SettingsOfNoTarget", "{failover: {targets: [@@{path: /x, context_window: 8}]}}", ".failover.targets[0]", "is neither a target"),
    Route("MisspeltStrategy", "{@@round_robbin: {targets: []}}", ".round_robbin", "unknown key \"round_robbin\"; did you mean \"round_robin\"?"),
    Route("StrategyWithoutAValue", "{@@weighted: }", ".weighted", "has no value"),
    Route("TargetOfTheOtherEnvironmentDeepDown", "{weighted: {targets: [{priority: {targets: [{endpoint: @@test, model: tiny}]}}]}}", ".weighted.targets[0].priority.targets[0].endpoint", "the endpoint \"test\" is in sandbox"),
    Route("SameTargetInTwoStrategies", "{failover: {targets: [{endpoint: box, model: a}, {round_robin: {targets: [@@{endpoint: box, model: a}]}}]}}", ".failover.targets[1].round_robin.targets[0]", "the same endpoint, model, path and parameters are a target of this route already, on line 42"),
    Route("SameTargetAtAnotherWeight", "{weighted: {targets: [{endpoint: box, model: a, weight: 3}, @@{endpoint: box, model: a, weight: 1}]}}", ".weighted.targets[1]", "are a target of this route already"),
    Route("SameParametersInAnotherOrder", "{failover: {targets: [{endpoint: box, model: a, parameters: {seed: 1, n: 2}}, @@{endpoint: box, model: a, parameters: {n: 2, seed: 1}}]}}", ".failover.targets[1]", "are a target of this route already"),
    Route("AnyModelForATarget", "{failover: {targets: [{endpoint: box, model: @@'*'}]}}", ".failover.targets[0].model", "a target needs one model; only a policy's own model may be \"*\"")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Weights, RoutingMistake, ::testing::Values(
    Mistake{"Zero", "weight: 3", "weight: @@0", std::string(kTargets) + "[1].weighted.targets[0].weight", "must be between 1 and 65535; leave out what is to get no calls"},
    Mistake{"ZeroUnderPriority", "weight: 1000", "weight: @@0", std::string(kTargets) + "[0].weight", "must be between 1 and 65535; leave out"},
    Mistake{"ZeroForAStrategy", "weight: 10\n", "weight: @@0\n", std::string(kTargets) + "[1].weight", "must be between 1 and 65535; leave out"},
    Mistake{"TooLarge", "weight: 3", "weight: @@65536", std::string(kTargets) + "[1].weighted.targets[0].weight", "must be between 1 and 65535"},
    Mistake{"Negative", "weight: 3", "weight: @@-1", std::string(kTargets) + "[1].weighted.targets[0].weight", "between 0 and 4294967295"},
    Mistake{"Fraction", "weight: 3", "weight: @@0.5", std::string(kTargets) + "[1].weighted.targets[0].weight", "expected a whole number"},
    Route("UnderFailover", "{failover: {targets: [{endpoint: box, model: a, weight: @@2}]}}", ".failover.targets[0].weight", "has no effect: failover knows no weights; weighted and priority do"),
    Route("UnderRoundRobin", "{round_robin: {targets: [{endpoint: box, model: a, weight: @@2}]}}", ".round_robin.targets[0].weight", "has no effect: round_robin knows no weights"),
    Route("OfAStrategyUnderFailover", "{failover: {targets: [{weight: @@2, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].weight", "has no effect: failover knows no weights")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Targets, RoutingMistake, ::testing::Values(
    Mistake{"NoContextWindow", "context_window: 128000", "context_window: @@0", std::string(kTargets) + "[0].context_window", "must be at least 1"},
    Mistake{"ContextWindowInWords", "context_window: 128000", "context_window: @@128k", std::string(kTargets) + "[0].context_window", "expected a whole number"},
    Mistake{"NoConcurrency", "max_concurrent: 64", "max_concurrent: @@0", std::string(kTargets) + "[0].max_concurrent", "must be between 1 and 1000000"},
    Mistake{"TooMuchConcurrency", "max_concurrent: 64", "max_concurrent: @@1000001", std::string(kTargets) + "[0].max_concurrent", "must be between 1 and 1000000"},
    Mistake{"TimeoutOfNothing", "request_timeout: 5s", "request_timeout: @@0s", std::string(kTargets) + "[1].weighted.targets[0].request_timeout", "longer than 0"},
    Mistake{"TimeoutTooLong", "total_timeout: 50s", "fail_on: [429]\n    total_timeout: 50s\n  - {name: p, model: m, production: {failover: {targets: [{endpoint: box, model: a, request_timeout: @@24.1h}]}}}\n  - name: q\n    model: n\n    sandbox: {failover: {targets: [{endpoint: test, model: a}]}}", "policies[1].production.failover.targets[0].request_timeout", "must not be longer than 24h"},
    Route("PathOfAStrategy", "{failover: {targets: [{path: @@/x, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].path", "belongs to a target; write it at the targets of this strategy"),
    Route("ContextWindowOfAStrategy", "{failover: {targets: [{context_window: @@1, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].context_window", "belongs to a target"),
    Route("ConcurrencyOfAStrategy", "{failover: {targets: [{max_concurrent: @@1, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].max_concurrent", "belongs to a target"),
    Route("TimeoutOfAStrategy", "{failover: {targets: [{request_timeout: @@1s, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].request_timeout", "belongs to a target"),
    Route("ParametersOfAStrategy", "{failover: {targets: [{@@parameters: {n: 1}, weighted: {targets: [{endpoint: box, model: a}]}}]}}", ".failover.targets[0].parameters", "belongs to a target"),
    Route("TargetSettingsOfARoute", "{@@max_concurrent: 1, failover: {targets: [{endpoint: box, model: a}]}}", ".max_concurrent", "unknown key")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Policies, RoutingMistake, ::testing::Values(
    Mistake{"PatternForAModel", "model: \"*\"", "model: @@\"gpt-*\"", "policies[1].model", "there are no patterns; \"*\" alone stands for every model that no other policy names"},
    Mistake{"StarWithoutQuotes", "model: \"*\"", "model: *@@", "", "a text that begins with * needs quotes"},
    Mistake{"TwoForAnyModel", "    retry_budget: {}", "  - {name: p, model: @@'*', production: {failover: {targets: [{endpoint: box, model: a}]}}}", "policies[2].model", "the policy on line 41 is for the model \"*\" in production already"},
    Settings("BudgetOfTooMuchPercent", "retry_budget: {percent: @@1001}", ".retry_budget.percent", "must be between 0 and 1000"),
    Settings("BudgetOfNegativePercent", "retry_budget: {percent: @@-1}", ".retry_budget.percent", "between 0 and 4294967295"),
    Settings("BudgetOfTooHighAFloor", "retry_budget: {floor: @@10001}", ".retry_budget.floor", "must be between 0 and 10000"),
    Settings("BudgetWithAPercentSign", "retry_budget: {percent: @@20%}", ".retry_budget.percent", "expected a whole number"),
    Settings("BudgetAsANumber", "retry_budget: @@20", ".retry_budget", "expected a mapping"),
    Settings("BudgetWithoutAValue", "@@retry_budget:", ".retry_budget", "has no value"),
    Settings("BudgetForNoRetries", "retries: 0\n    @@retry_budget: {percent: 5}", ".retry_budget", "has no effect: retries is 0")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(TotalTimeouts, RoutingMistake, ::testing::Values(
    Settings("ShorterThanTheDefault", "total_timeout: @@10s", ".total_timeout", "10s is not longer than the request_timeout of 60s (the default): a silent target would use up the whole call and nothing would fail over; write a request_timeout shorter than 10s, or a total_timeout longer than 60s"),
    Settings("AsLongAsTheDefault", "total_timeout: @@60s", ".total_timeout", "60s is not longer than the request_timeout of 60s (the default)"),
    Settings("ShorterThanThePolicys", "request_timeout: 20s\n    total_timeout: @@1500ms", ".total_timeout", "1500ms is not longer than the request_timeout of 20s: a silent"),
    Settings("EvenWhereTimeoutsSpillByName", "fail_on: [timeout]\n    total_timeout: @@10s", ".total_timeout", "is not longer than the request_timeout"),
    Mistake{"ShorterThanOneTargets", "request_timeout: 5s", "request_timeout: @@50s", std::string(kTargets) + "[1].weighted.targets[0].request_timeout", "50s is not shorter than the policy's total_timeout of 50s: a silent target would use up the whole call and nothing would fail over; write one shorter than 50s here, or a longer total_timeout"},
    Settings("OfTheFirstToken", "request_timeout: 5s\n    total_timeout: 10s\n    first_token_timeout: @@10s", ".first_token_timeout", "10s is not shorter than the policy's total_timeout of 10s: a silent target would use up the whole call and nothing would fail over; write one shorter than 10s here, or a longer total_timeout"),
    Settings("OfTheFirstTokenByName", "fail_on: [first_token_timeout]\n    total_timeout: 10s\n    first_token_timeout: @@11s", ".first_token_timeout", "11s is not shorter"),
    Mistake{"OfTheSectionThatHasSeveralTargets", "total_timeout: 50s", "total_timeout: @@20s", "policies[0].total_timeout", "20s is not longer than the request_timeout of 20s"}),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(Parameters, RoutingMistake, ::testing::Values(
    Mistake{"NoParameters", "parameters:\n                    temperature: 0\n                    max_tokens: 512\n", "@@parameters: {}\n                - endpoint: box\n                  model: z\n                  parameters:\n", std::string(kTargets) + "[2].round_robin.targets[0].parameters", "has no effect: it names no parameter"},
    Parameter("ListForANumber", "@@temperature: [0]", ".temperature", "must be a number"),
    Parameter("TextForANumber", "temperature: @@hot", ".temperature", "must be a number"),
    Parameter("QuotedNumber", "temperature: @@'0'", ".temperature", "must be a number"),
    Parameter("FractionForAnInteger", "max_tokens: @@0.5", ".max_tokens", "must be an integer"),
    Parameter("IntegerOutOfRange", "n: @@2147483648", ".n", "is out of range"),
    Parameter("NumberForAText", "user: @@7", ".user", "must be a string"),
    Parameter("TextForABool", "logprobs: @@'true'", ".logprobs", "must be true or false"),
    Parameter("TextForAnObject", "audio: @@loud", ".audio", "must be an object"),
    Parameter("NumberInAList", "stop: [a, b, @@3]", ".stop[2]", "must be a string"),
    Parameter("NumberInAMap", "@@metadata: {'a b': 7}", ".metadata", "\"a b\" must be a string"),
    Parameter("TextInAMap", "logit_bias: {50256: @@low}", ".logit_bias.50256", "must be a number"),
    Parameter("DeepInside", "response_format: {type: json_schema, json_schema: {name: @@7}}", ".response_format.json_schema.name", "must be a string"),
    Parameter("MissingInside", "@@response_format: {json_schema: {name: x}}", ".response_format", "\"type\" is missing"),
    Parameter("InAListOfObjects", "tools: [{type: function, function: {name: f, strict: @@1}}]", ".tools[0].function.strict", "must be true or false"),
    Parameter("EmptyText", "user: @@''", ".user", "is empty; write null to have it not sent"),
    Parameter("EmptyList", "@@stop: []", ".stop", "is empty; write null to have it not sent"),
    Parameter("EmptyMap", "@@metadata: {}", ".metadata", "is empty; write null to have it not sent"),
    Parameter("Model", "model: @@gpt-4o", ".model", "is not a parameter: it is the target's own `model`, beside `endpoint`"),
    Parameter("Messages", "@@messages: []", ".messages", "is not a parameter: what is asked is the caller's"),
    Parameter("Stream", "stream: @@true", ".stream", "is not a parameter: how it answers is the call's"),
    Parameter("StreamOptions", "@@stream_options: {include_usage: true}", ".stream_options", "is not a parameter"),
    Parameter("AllowReset", "allow_reset: @@true", ".allow_reset", "is not a parameter"),
    Parameter("ModelTakenAway", "@@model: null", ".model", "is not a parameter"),
    Parameter("MisspeltName", "tempreature: @@0", ".tempreature", "unknown parameter \"tempreature\"; did you mean \"temperature\"? One that your provider knows by this name goes under `extra`"),
    Parameter("CamelCaseName", "maxTokens: @@7", ".maxTokens", "did you mean \"max_tokens\"?"),
    Parameter("MisspeltNameTakenAway", "@@top_l: null", ".top_l", "did you mean"),
    Parameter("FieldUnderExtra", "extra: {temperature: @@0}", ".extra.temperature", "has a field of its own; it cannot stand under `extra`"),
    Parameter("ModelUnderExtra", "extra: {model: @@x}", ".extra.model", "it cannot stand under `extra`"),
    Parameter("EmptyExtra", "@@extra: {}", ".extra", "is empty"),
    Parameter("TextForExtra", "extra: @@x", ".extra", "must be an object"),
    Parameter("TwiceByItselfAndUnderExtra", "extra: {top_k: 1}, top_k: @@2", ".top_k", "is given twice: by itself and under `extra`")),
    MistakeName);

INSTANTIATE_TEST_SUITE_P(OpenValues, RoutingMistake, ::testing::Values(
    Parameter("YesForTrue", "store: @@yes", ".store", "\"yes\" could be a text or mean true or false: write that, or put the text in quotes"),
    Parameter("TrueInUpperCase", "store: @@True", ".store", "could be a text or mean true or false"),
    Parameter("Octal", "seed: @@010", ".seed", "\"010\" could be a text or a number"),
    Parameter("Hexadecimal", "seed: @@0x10", ".seed", "could be a text or a number"),
    Parameter("Plus", "seed: @@+1", ".seed", "could be a text or a number"),
    Parameter("Infinity", "top_k: @@.inf", ".top_k", "could be a text or a number"),
    Parameter("Version", "api: @@1.2.3", ".api", "could be a text or a number"),
    Parameter("BeyondExactness", "seed: @@9007199254740992", ".seed", "out of range: whole numbers go from -9007199254740991 to 9007199254740991"),
    Parameter("BeyondADouble", "top_k: @@1e999", ".top_k", "out of range"),
    Parameter("NoValue", "@@temperature: ", ".temperature", "has no value; give it one, or write null if that is meant"),
    Parameter("NoValueInside", "tool_choice: {@@type: }", ".tool_choice.type", "has no value"),
    Parameter("DuplicateKey", "seed: 1, @@seed: 2", ".seed", "duplicate key; it is on line 42 already"),
    Parameter("DuplicateKeyInside", "extra: {a: 1, @@a: 2}", ".extra.a", "duplicate key"),
    Parameter("DuplicateOddKey", "extra: {'a b': 1, @@'a b': 2}", ".extra[\"a b\"]", "duplicate key"),
    Parameter("EmptyKey", "@@'': 1", "", "a key must not be empty"),
    Parameter("NullKey", "@@~: 1", "", "a key must be a word, found nothing"),
    Parameter("ListAsKey", "? @@[a] : 1", "", "a key must be a word, found a list"),
    Parameter("MergeKey", "@@<<: {seed: 1}", "", "merge keys (<<) are not supported"),
    Parameter("Anchor", "seed: @@&a 1", ".seed", "anchors and aliases are not supported"),
    Parameter("AnchorOfAList", "stop: @@&a [x]", ".stop", "anchors and aliases are not supported"),
    Parameter("Tag", "user: @@!!str 7", ".user", "tags are not supported"),
    Parameter("TagOfAKey", "@@!!str user: a", "", "tags are not supported"),
    Parameter("TooDeep", "a: " + Repeated("{a: ", 15) + "@@{}" + Repeated("}", 15), Repeated(".a", 16), "nested more than 16 levels deep"),
    Parameter("ListTooDeep", "a: " + Repeated("[", 15) + "@@[]" + Repeated("]", 15), ".a" + Repeated("[0]", 15), "nested more than 16 levels deep"),
    Route("ParametersAsAList", "{failover: {targets: [{endpoint: box, model: a, parameters: @@[n]}]}}", ".failover.targets[0].parameters", "expected a mapping"),
    Route("ParametersWithoutAValue", "{failover: {targets: [{endpoint: box, model: a, @@parameters: }]}}", ".failover.targets[0].parameters", "has no value")),
    MistakeName);
// clang-format on

// Each of them, and nothing that follows from them.
TEST(RoutingMistakes, AllOfThemAreFoundAtOnce) {
  std::string text = R"(providers: [{name: p, api: openai}]
endpoints: [{name: e, provider: p, url: "http://e"}]
policies:
  - name: a
    model: @@"m*"
    production:
      failover:
        targets:
          - {endpoint: e, model: x, weight: @@3, request_timeout: @@11s, max_concurrent: @@0}
          - weighted:
              targets:
                - {endpoint: e, model: y, weight: @@0, parameters: {temperature: @@warm, stop: [@@yes, 'no'], n: 1}}
                - {round_robin: {@@targets: []}, path: @@/x}
                - @@{endpoint: e, model: x, weight: 2}
    total_timeout: @@10s
    retry_budget: {percent: @@2000}
)";
  const std::vector<Position> marks = TakeMarks(&text);
  const ConfigResult result = ParseConfig(text, "f");
  const std::string all = FormatErrors("f", result.errors);
  ASSERT_EQ(result.errors.size(), marks.size()) << all;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(result.errors[i].line, marks[i].line) << all;
    EXPECT_EQ(result.errors[i].column, marks[i].column) << all;
  }
}

TEST(RoutingMistakes, ThousandsOfOddParametersAreReportedInLittleTime) {
  std::string parameters;
  for (int i = 0; i < 20'000; ++i) parameters += "temperatur" + std::to_string(i) + ": x, ";
  const ConfigResult result =
      ParseConfig(Edited(kRoutingConfig, "path: /v1/mini", "parameters: {" + parameters + "stop_at: 1}"), "");
  EXPECT_GT(result.errors.size(), 9u);
}

}  // namespace
}  // namespace spillway::server
