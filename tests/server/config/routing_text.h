// A good configuration with every key of a route, to be read and to be spoiled.
#ifndef SPILLWAY_TESTS_SERVER_CONFIG_ROUTING_TEXT_H_
#define SPILLWAY_TESTS_SERVER_CONFIG_ROUTING_TEXT_H_

namespace spillway::server {

inline constexpr char kRoutingConfig[] = R"(providers:
  - {name: openai, api: openai, models: [gpt-4o, gpt-4o-mini]}
  - {name: local, api: openai}
endpoints:
  - {name: prod, provider: openai, url: "https://api.openai.com/v1"}
  - {name: box, provider: local, url: "http://box:8000/v1"}
  - {name: test, provider: local, url: "http://test:8000/v1", environment: sandbox}
policies:
  - name: nested
    model: gpt-4o
    production:
      priority:
        targets:
          - {endpoint: prod, model: gpt-4o, weight: 1000, context_window: 128000, max_concurrent: 64}
          - weight: 10
            weighted:
              targets:
                - {endpoint: box, model: llama, weight: 3, request_timeout: 5s}
                - {endpoint: box, model: qwen}
          - round_robin:
              targets:
                - endpoint: prod
                  model: gpt-4o-mini
                  parameters:
                    temperature: 0
                    max_tokens: 512
                    stop: [END, "\n"]
                    user: null
                    response_format: {type: json_schema, json_schema: {name: answer, schema: {type: object}}}
                    logit_bias: {50256: -100}
                    metadata: {team: search, "cost center": "7"}
                    top_k: 40
                    extra: {tempreature: hot}
                - failover: {targets: [{endpoint: box, model: phi}]}
    sandbox:
      round_robin: {targets: [{endpoint: test, model: tiny}]}
    request_timeout: 20s
    total_timeout: 50s
    retry_budget: {percent: 15, floor: 3}
  - name: rest
    model: "*"
    production: {failover: {targets: [{endpoint: prod, model: gpt-4o-mini, path: /v1/mini}]}}
    retry_budget: {}
)";

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_CONFIG_ROUTING_TEXT_H_
