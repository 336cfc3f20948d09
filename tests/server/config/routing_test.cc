// Routes that are as they should be: what is written is what is read.
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/config/route_rules.h"
#include "server/config/yaml_to_struct.h"
#include "spillway/v1/admin.pb.h"
#include "tests/server/config/config_text.h"
#include "tests/server/config/routing_text.h"

namespace spillway::server {
namespace {

v1::Config Load(const std::string& text) {
  const ConfigResult result = ParseConfig(text, "");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  return result.ok() ? result.loaded->config : v1::Config();
}

// The route text with `route` in place of the last policy's.
std::string WithRoute(const std::string& route, const std::string& settings = "") {
  return Edited(
      Edited(kRoutingConfig, "{failover: {targets: [{endpoint: prod, model: gpt-4o-mini, path: /v1/mini}]}}",
             route),
      "retry_budget: {}\n", settings + "\n");
}

TEST(Routing, EveryKeyIsRead) {
  const v1::Config config = Load(kRoutingConfig);
  ASSERT_EQ(config.policies_size(), 2);
  v1::Policy expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        name: "nested"
        model: "gpt-4o"
        production {
          priority {
            targets {
              endpoint: "prod"
              model: "gpt-4o"
              weight: 1000
              context_window: 128000
              max_concurrent: 64
            }
            targets {
              weight: 10
              weighted {
                targets {
                  endpoint: "box"
                  model: "llama"
                  weight: 3
                  request_timeout { seconds: 5 }
                }
                targets { endpoint: "box" model: "qwen" }
              }
            }
            targets {
              round_robin {
                targets {
                  endpoint: "prod"
                  model: "gpt-4o-mini"
                  parameters {
                    fields {
                      key: "temperature"
                      value { number_value: 0 }
                    }
                    fields {
                      key: "max_tokens"
                      value { number_value: 512 }
                    }
                    fields {
                      key: "stop"
                      value {
                        list_value {
                          values { string_value: "END" }
                          values { string_value: "\n" }
                        }
                      }
                    }
                    fields {
                      key: "user"
                      value { null_value: NULL_VALUE }
                    }
                    fields {
                      key: "response_format"
                      value {
                        struct_value {
                          fields {
                            key: "type"
                            value { string_value: "json_schema" }
                          }
                          fields {
                            key: "json_schema"
                            value {
                              struct_value {
                                fields {
                                  key: "name"
                                  value { string_value: "answer" }
                                }
                                fields {
                                  key: "schema"
                                  value {
                                    struct_value {
                                      fields {
                                        key: "type"
                                        value { string_value: "object" }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    }
                    fields {
                      key: "logit_bias"
                      value {
                        struct_value {
                          fields {
                            key: "50256"
                            value { number_value: -100 }
                          }
                        }
                      }
                    }
                    fields {
                      key: "metadata"
                      value {
                        struct_value {
                          fields {
                            key: "team"
                            value { string_value: "search" }
                          }
                          fields {
                            key: "cost center"
                            value { string_value: "7" }
                          }
                        }
                      }
                    }
                    fields {
                      key: "top_k"
                      value { number_value: 40 }
                    }
                    fields {
                      key: "extra"
                      value {
                        struct_value {
                          fields {
                            key: "tempreature"
                            value { string_value: "hot" }
                          }
                        }
                      }
                    }
                  }
                }
                targets { failover { targets { endpoint: "box" model: "phi" } } }
              }
            }
          }
        }
        sandbox { round_robin { targets { endpoint: "test" model: "tiny" } } }
        request_timeout { seconds: 20 }
        total_timeout { seconds: 50 }
        retry_budget { percent: 15 floor: 3 }
      )pb",
      &expected));
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(expected, config.policies(0))) << difference;
  EXPECT_EQ(config.policies(1).model(), "*");
  EXPECT_TRUE(config.policies(1).has_retry_budget()) << "{} asks for both defaults";
}

TEST(Routing, ParametersKnowWhereTheyStand) {
  const ConfigResult result = ParseConfig(kRoutingConfig, "");
  ASSERT_TRUE(result.ok());
  const std::string path = "policies[0].production.priority.targets[2].round_robin.targets[0].parameters";
  const auto at = [&](const std::string& inside) { return result.loaded->source.Find(path + inside); };
  EXPECT_EQ(at(""), (Position{24, 19}));
  EXPECT_EQ(at(".temperature"), (Position{25, 34}));
  EXPECT_EQ(at(".stop"), (Position{27, 21}));
  EXPECT_EQ(at(".stop[1]"), (Position{27, 33}));
  EXPECT_EQ(at(".user"), (Position{28, 21})) << "the key of what is taken away";
  EXPECT_EQ(at(".response_format.json_schema.schema.type"), (Position{29, 101}));
  EXPECT_EQ(at(".metadata[\"cost center\"]"), (Position{31, 61}));
}

TEST(Routing, EveryStrategyMayStandAtTheTopAndUnderEveryOther) {
  const std::vector<std::string> strategies = {"failover", "round_robin", "weighted", "priority"};
  for (const std::string& outer : strategies) {
    for (const std::string& inner : strategies) {
      const v1::Config config =
          Load(WithRoute("{" + outer + ": {targets: [{endpoint: box, model: a}, {" + inner +
                         ": {targets: [{endpoint: box, model: b}, {endpoint: box, model: c}]}}]}}"));
      EXPECT_NE(config.policies(1).production().ShortDebugString().find(inner), std::string::npos) << outer;
    }
  }
}

TEST(Routing, TheBoundsAreInside) {
  for (const char* target : {"weight: 1", "weight: 65535", "context_window: 1", "context_window: 4294967295",
                             "max_concurrent: 1", "max_concurrent: 1000000", "request_timeout: 24h"}) {
    Load(WithRoute(std::string("{weighted: {targets: [{endpoint: box, model: a, ") + target + "}]}}"));
  }
  for (const char* budget : {"{percent: 0, floor: 0}", "{percent: 1000, floor: 10000}", "{floor: 1}"}) {
    Load(WithRoute("{failover: {targets: [{endpoint: box, model: a}]}}",
                   std::string("retry_budget: ") + budget));
  }
}

TEST(Routing, ATargetMayStandTwiceWhereItsPathOrItsParametersDiffer) {
  Load(WithRoute(
      "{failover: {targets: [{endpoint: box, model: a}, {endpoint: box, model: a, path: /x}, {endpoint: "
      "box, model: a, parameters: {seed: 1}}, {endpoint: box, model: a, parameters: {seed: 2}}]}}"));
}

TEST(Routing, AStarIsAModelLikeAnyOtherToTheOneWhoOwnsIt) {
  const v1::Config config =
      Load(Edited(kRoutingConfig, "model: \"*\"\n    production:",
                  "model: \"*\"\n    sandbox: {failover: {targets: [{endpoint: test, model: "
                  "tiny}]}}\n    production:"));
  EXPECT_TRUE(config.policies(1).has_sandbox());
}

// A short total_timeout is a mistake only where it keeps a call from its next target.
TEST(Routing, ATotalTimeoutMayBeShortWhereNothingCouldFailOver) {
  const char two[] = "{failover: {targets: [{endpoint: box, model: a}, {endpoint: box, model: b}]}}";
  Load(WithRoute("{failover: {targets: [{endpoint: box, model: a}]}}", "total_timeout: 10s"));
  Load(WithRoute(two, "total_timeout: 10s\n    retries: 0"));
  Load(WithRoute(two, "total_timeout: 10s\n    fail_on: [429, 5xx]"));
  Load(WithRoute(two, "total_timeout: 61s"));
  Load(WithRoute(two, "total_timeout: 10s\n    request_timeout: 9999ms"));
  Load(WithRoute(two, "total_timeout: 10s\n    request_timeout: 5s\n    first_token_timeout: 9999ms"));
  Load(WithRoute(two, "total_timeout: 10s\n    fail_on: [429]\n    first_token_timeout: 15s"));
  Load(WithRoute("{failover: {targets: [{endpoint: box, model: a}]}}",
                 "total_timeout: 10s\n    first_token_timeout: 15s"));
  Load(WithRoute(
      "{failover: {targets: [{endpoint: box, model: a, request_timeout: 1s}, {endpoint: box, model: b, "
      "request_timeout: 9s}]}}",
      "total_timeout: 10s"));
}

// Every provider has names of its own; those that look like one of ours must not be taken for slips of it.
TEST(Routing, WhatProvidersAddIsTakenAsItIs) {
  for (const char* name : {"top_k",
                           "top_a",
                           "min_p",
                           "min_tokens",
                           "repetition_penalty",
                           "length_penalty",
                           "early_stopping",
                           "ignore_eos",
                           "stop_token_ids",
                           "stop_sequences",
                           "skip_special_tokens",
                           "truncate_prompt_tokens",
                           "prompt_logprobs",
                           "echo",
                           "suffix",
                           "prefix",
                           "add_generation_prompt",
                           "continue_final_message",
                           "documents",
                           "chat_template",
                           "chat_template_kwargs",
                           "include_stop_str_in_output",
                           "guided_json",
                           "guided_choice",
                           "structured_outputs",
                           "priority",
                           "request_id",
                           "best_of",
                           "allowed_token_ids",
                           "bad_words",
                           "safe_prompt",
                           "random_seed",
                           "prompt_mode",
                           "search_parameters",
                           "deferred",
                           "reasoning",
                           "reasoning_format",
                           "reasoning_split",
                           "include_reasoning",
                           "exclude_domains",
                           "include_domains",
                           "search_settings",
                           "citation_options",
                           "compound_custom",
                           "thinking",
                           "enable_thinking",
                           "thinking_budget",
                           "enable_search",
                           "search_options",
                           "provider",
                           "transforms",
                           "models",
                           "route",
                           "plugins",
                           "usage",
                           "debug",
                           "keep_alive",
                           "options",
                           "think",
                           "format",
                           "num_ctx",
                           "num_predict",
                           "safety_model",
                           "context_length_exceeded_behavior",
                           "mirostat",
                           "mirostat_tau",
                           "mirostat_eta",
                           "dry_multiplier",
                           "typical_p",
                           "tfs_z",
                           "grammar",
                           "json_schema",
                           "cache_prompt",
                           "n_predict",
                           "n_probs",
                           "n_keep",
                           "id_slot",
                           "samplers",
                           "functions",
                           "function_call",
                           "data_sources",
                           "user_security_context",
                           "user_id",
                           "max_new_tokens",
                           "max_length",
                           "do_sample",
                           "details",
                           "task",
                           "mask_sensitive_info",
                           "tool_stream",
                           "web_search",
                           "session_id",
                           "trace",
                           "stop_words",
                           "logit"}) {
    const ConfigResult result =
        ParseConfig(WithRoute(std::string("{failover: {targets: [{endpoint: box, model: a, parameters: {") +
                              name + ": 1}}]}}"),
                    "");
    EXPECT_TRUE(result.ok()) << FormatErrors(name, result.errors);
  }
}

TEST(Routing, TheHashKnowsNoOrderOfParameters) {
  const auto hash = [](const std::string& text) { return ParseConfig(text, "").loaded->hash; };
  const std::uint64_t written = hash(kRoutingConfig);
  EXPECT_EQ(hash(Edited(kRoutingConfig, "{team: search, \"cost center\": \"7\"}",
                        "{\"cost center\": \"7\", team: search}")),
            written);
  EXPECT_NE(hash(Edited(kRoutingConfig, "top_k: 40", "top_k: 41")), written);
}

// protobuf's own readers give up at 100 messages within each other.
TEST(Routing, TheDeepestConfigurationCanBeSent) {
  std::string value = "1";
  for (int i = 2; i < kMaxStructDepth; ++i) value = "{a: " + value + "}";
  std::string node = "{endpoint: box, model: a, parameters: {deep: " + value + "}}";
  for (int i = 0; i < kMaxStrategyDepth; ++i) node = "{failover: {targets: [" + node + "]}}";
  v1::GetConfigResponse response;
  *response.mutable_config() = Load(WithRoute(node));
  v1::GetConfigResponse read;
  EXPECT_TRUE(read.ParseFromString(response.SerializeAsString()));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(response, read));
}

}  // namespace
}  // namespace spillway::server
