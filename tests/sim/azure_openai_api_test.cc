#include "tests/sim/azure_openai_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>

#include "tests/sim/config.h"
#include "tests/sim/raw_client.h"
#include "tests/sim/simulator.h"

namespace spillway::sim {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kDeployment[] = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
constexpr char kV1[] = "/openai/v1/chat/completions";

class AzureOpenAiApiTest : public ::testing::Test {
 protected:
  HttpResponse Post(const std::string& path, const std::string& body = ChatBody("Say this is a test!", "x"),
                    const HttpHeaders& headers = {}) {
    return MakeAzureOpenAiApi(options_)->Respond({"POST", path, headers, body}, {kNow}).http;
  }

  // "status code", of an error in Azure's own form.
  std::string Refusal(const std::string& path, const HttpHeaders& headers = {}) {
    const HttpResponse answer = Post(path, ChatBody("hi", "gpt-4o"), headers);
    const json::value body = json::parse(answer.body);
    return std::to_string(answer.status) + " " + std::string(body.at("error").at("code").as_string());
  }

  json::object Ask(const std::string& path, const std::string& body) {
    const HttpResponse answer = Post(path, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }

  static HttpResponse Fault(const std::string& step, const std::string& path = kDeployment) {
    const auto api = MakeAzureOpenAiApi({.name = "p"});
    return api->Fail(ParseScript(step).Next(), {"POST", path, {}, ChatBody("hi", "gpt-4o")}).http;
  }

  ApiOptions options_{.name = "azure"};
};

TEST_F(AzureOpenAiApiTest, BothUrlsAnswerTheDocumentationsQuestion) {
  for (const char* path :
       {kDeployment, kV1, "//openai/deployments/gpt-4o/chat/completions?api-version=2024-02-01",
        "/openai/v1/chat/completions?api-version=preview"}) {
    const json::object completion = Ask(path, ChatBody("Say this is a test!", "gpt-4o"));
    EXPECT_EQ(completion.at("choices").at(0).at("message").at("content"), "This is a test!") << path;
    EXPECT_EQ(completion.at("model"), "gpt-4o");
    EXPECT_EQ(completion.at("created"), 1'700'000'000);
  }
}

TEST_F(AzureOpenAiApiTest, AtADeploymentTheUrlNamesTheModelAndTheBodyDoesNotMatter) {
  options_.aliases["my gpt"] = "gpt-4o-2024-08-06";
  const std::string path = "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21";
  EXPECT_EQ(Ask(path, ChatBody("hi", "something else")).at("model"), "gpt-4o-2024-08-06");
  EXPECT_EQ(Ask(path, R"({"messages":[{"role":"user","content":"hi"}]})").at("model"), "gpt-4o-2024-08-06");
  EXPECT_EQ(Post(kV1, R"({"messages":[{"role":"user","content":"hi"}]})").status, 400);
}

TEST_F(AzureOpenAiApiTest, TheContentFilterHasItsSay) {
  const json::object text = Ask(kDeployment, ChatBody("hi"));
  EXPECT_EQ(text.at("prompt_filter_results").at(0).at("content_filter_results").at("hate").at("filtered"),
            false);
  EXPECT_EQ(text.at("choices").at(0).at("content_filter_results").at("violence").at("severity"), "safe");
  const json::object call = Ask(
      kDeployment,
      R"({"tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"x"}]})");
  EXPECT_TRUE(call.at("choices").at(0).at("content_filter_results").as_object().empty());
}

TEST_F(AzureOpenAiApiTest, HeadersAreLikeAzures) {
  const HttpResponse answer = Post(kDeployment);
  EXPECT_NE(FindHeader(answer.headers, "apim-request-id"), nullptr);
  EXPECT_NE(FindHeader(answer.headers, "x-request-id"), nullptr);
  EXPECT_EQ(*FindHeader(answer.headers, "x-ms-deployment-name"), "gpt-4o");
  EXPECT_EQ(*FindHeader(answer.headers, "x-ratelimit-remaining-tokens"), "49980");
  EXPECT_EQ(FindHeader(answer.headers, "openai-version"), nullptr);
}

TEST_F(AzureOpenAiApiTest, ADeploymentsNameCannotBecomeAHeader) {
  const HttpResponse answer = Post("/openai/deployments/a%0D%0Ab/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(FindHeader(answer.headers, "x-ms-deployment-name"), nullptr);
}

TEST_F(AzureOpenAiApiTest, AWrongUrlIsNoResource) {
  const auto api = MakeAzureOpenAiApi(options_);
  for (const char* path :
       {"/openai/deployments/gpt-4o/chat/completions",
        "/openai/deployments/gpt-4o/chat/completions?api-version=",
        "/openai/deployments/gpt-4o/chat/completions?api-version=preview",
        "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21-beta",
        "/openai/deployments/a/b/chat/completions?api-version=2024-10-21",
        "/openai/deployments//chat/completions?api-version=2024-10-21",
        "/openai/deployments/chat/completions?api-version=2024-10-21",
        "/openai/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        "/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        "/openai/v1/openai/v1/chat/completions", "/v1/chat/completions", "/openai/v1/models"}) {
    EXPECT_EQ(Refusal(path), "404 404") << path;
    EXPECT_FALSE(api->IsChat({"POST", path})) << path;
  }
  EXPECT_EQ(Refusal("/openai/v1/chat/completions?api-version=2024-10-21"), "400 BadRequest");
  EXPECT_EQ(api->Respond({"GET", kDeployment}, {kNow}).http.status, 404);
}

TEST_F(AzureOpenAiApiTest, ChatIsAPostToEitherUrlOrAConfiguredPath) {
  options_.paths = {"/models/chat/completions"};
  const auto api = MakeAzureOpenAiApi(options_);
  for (const char* path : {kDeployment, kV1, "/models/chat/completions?api-version=2024-05-01-preview"}) {
    EXPECT_TRUE(api->IsChat({"POST", path})) << path;
    EXPECT_FALSE(api->IsChat({"GET", path})) << path;
  }
  EXPECT_EQ(Ask("/models/chat/completions", ChatBody("hi", "grok")).at("model"), "grok");
}

TEST_F(AzureOpenAiApiTest, UnknownDeploymentsAreNotFoundIfSomeAreNamed) {
  EXPECT_EQ(Post("/openai/deployments/any/chat/completions?api-version=2024-10-21").status, 200);
  options_.models = {"gpt-4o"};
  EXPECT_EQ(Post(kDeployment).status, 200);
  EXPECT_EQ(Refusal("/openai/deployments/any/chat/completions?api-version=2024-10-21"),
            "404 DeploymentNotFound");
  EXPECT_EQ(Post(kV1, ChatBody("hi", "gpt-4o")).status, 200);
  const HttpResponse missing = Post(kV1, ChatBody("hi", "any"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr(R"("code":"DeploymentNotFound")"));
  EXPECT_EQ(FindHeader(missing.headers, "content-type"), nullptr);
  EXPECT_NE(FindHeader(missing.headers, "apim-request-id"), nullptr);
}

TEST_F(AzureOpenAiApiTest, TheKeyComesInEitherHeader) {
  options_.api_key = "right";
  const auto status = [&](const HttpHeaders& headers) {
    return Post(kDeployment, ChatBody("hi"), headers).status;
  };
  EXPECT_EQ(status({{"api-key", "right"}}), 200);
  EXPECT_EQ(status({{"authorization", "Bearer right"}}), 200);
  EXPECT_EQ(status({{"authorization", "Bearer other"}, {"api-key", "right"}}), 200);
  EXPECT_EQ(status({{"authorization", "Bearer right"}, {"api-key", "other"}}), 401);
  EXPECT_EQ(Refusal(kDeployment, {{"api-key", "wrong-key-0123456789"}}), "401 401");
  EXPECT_EQ(Refusal(kDeployment), "401 401");
  EXPECT_EQ(Refusal("/nowhere"), "401 401");
}

TEST_F(AzureOpenAiApiTest, MistakesInTheRequestAreFoundAsOpenAiFindsThem) {
  EXPECT_THAT(Post(kDeployment, "{").body, HasSubstr("not valid JSON"));
  EXPECT_THAT(Post(kDeployment, R"({"messages":[]})").body, HasSubstr(R"("code":"empty_array")"));
}

TEST_F(AzureOpenAiApiTest, AThrottledCallIsToldWhenToComeBackInEveryWay) {
  const HttpResponse answer = Fault("rate_limited:retry_after=30");
  EXPECT_EQ(answer.status, 429);
  EXPECT_THAT(answer.body, HasSubstr(R"("code":"429")"));
  EXPECT_THAT(answer.body, HasSubstr("Please retry after 30 seconds."));
  EXPECT_EQ(*FindHeader(answer.headers, "retry-after"), "30");
  EXPECT_EQ(*FindHeader(answer.headers, "retry-after-ms"), "30000");
  EXPECT_EQ(*FindHeader(answer.headers, "x-ratelimit-remaining-tokens"), "0");
  EXPECT_EQ(FindHeader(Fault("rate_limited").headers, "retry-after"), nullptr);
}

TEST_F(AzureOpenAiApiTest, AScriptHasTheLastWordOnHeaders) {
  SimulatorOptions options;
  options.personalities.push_back(
      ParsePersonalityFlag("azure_openai", "p,fault=rate_limited:retry_after=1:retry_after_ms=0:status=429"));
  Simulator simulator(std::move(options));
  const HttpResponse answer = RawClient(simulator.port("p")).Post(kDeployment, ChatBody("hi")).response;
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(*FindHeader(answer.headers, "retry-after"), "1");
  EXPECT_EQ(*FindHeader(answer.headers, "retry-after-ms"), "0");
}

struct Preset {
  const char* fault;
  int status;
  const char* in_body;
};

class AzurePresetTest : public ::testing::TestWithParam<Preset> {};

TEST_P(AzurePresetTest, HasItsStatusAndItsWords) {
  const auto api = MakeAzureOpenAiApi({.name = "p"});
  const HttpResponse answer = api->Fail(ParseScript(GetParam().fault).Next(),
                                        {"POST", kDeployment, {{"api-key", "a-key"}}, ChatBody("hi")})
                                  .http;
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().in_body));
}

INSTANTIATE_TEST_SUITE_P(
    All, AzurePresetTest,
    ::testing::Values(Preset{"rate_limited", 429, R"("code":"429")"},
                      Preset{"quota", 429, R"("type":"insufficient_quota")"},
                      Preset{"overloaded", 503, R"("type":"server_error")"},
                      Preset{"overloaded_529", 529, R"("message":"Overloaded")"},
                      Preset{"server_error", 500, R"("type":"server_error")"},
                      Preset{"bad_gateway", 502, "<html>"},
                      Preset{"model_not_found", 404, R"("code":"DeploymentNotFound")"},
                      Preset{"model_not_found_400", 400, R"("code":"OperationNotSupported")"},
                      Preset{"context_length", 400, R"("code":"context_length_exceeded")"},
                      Preset{"content_filter", 400, R"("innererror":{"code":"ResponsibleAIPolicyViolation")"},
                      Preset{"invalid_request", 400, R"("code":"unsupported_parameter")"},
                      Preset{"invalid_key", 401, R"("code":"401")"},
                      Preset{"permission", 403, R"("code":"403")"},
                      Preset{"error_in_200", 200, R"({"error":)"}),
    [](const auto& info) { return std::string(info.param.fault); });

TEST_F(AzureOpenAiApiTest, AnyOtherStatusHasABodyToo) {
  EXPECT_THAT(MakeAzureOpenAiApi({})->ErrorBody(418), HasSubstr(R"("code":"418")"));
}

}  // namespace
}  // namespace spillway::sim
