// examples/model-failover.yaml: a request for `invalid-model` is answered by the fallback, however the
// primary's provider says that it has no such model.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Refusal {
  std::string name;
  // "": the answer that the simulated provider gives of itself.
  std::string script;
  int http_status = 0;
  // Part of the provider's own words, which the trace keeps.
  std::string words;
  std::string primary = "openai";
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

// An answer of that status and body.
std::string Answer(int status, const std::string& body, const std::string& headers = "{}") {
  return absl::StrCat(R"({"fault": "ok", "status": )", status, R"(, "body": )", body, R"(, "headers": )",
                      headers, "}");
}

// The file with a primary that does not exist at its provider.
Example InvalidModelAt(const std::string& primary) {
  return Example("model-failover.yaml")
      .With("models: [gpt-4o, gpt-4o-mini]", "models: [gpt-4o, gpt-4o-mini, invalid-model]")
      .With("models: [gpt-4o]", "models: [gpt-4o, invalid-model]")
      .With("model: gpt-4o # what the caller asks for", "model: invalid-model")
      .With("- {endpoint: openai, model: gpt-4o}\n          - {endpoint: azure, model: gpt-4o}",
            absl::StrCat("- {endpoint: ", primary, ", model: invalid-model}"));
}

class InvalidModelTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(InvalidModelTest, ARequestForAnInvalidModelIsAnsweredByTheFallback) {
  const Refusal& refusal = GetParam();
  Example example = InvalidModelAt(refusal.primary);
  if (!refusal.script.empty()) example.Script(refusal.primary, refusal.script);
  ExampleScene scene(example);
  const auto result = scene.Chat("invalid-model");
  ExpectServedBy("mistral", result);
  ASSERT_THAT(Tried(result), ElementsAre(refusal.primary + "/invalid-model", "mistral/mistral-large"));
  const v1::Attempt& first = result.response.route().attempts(0);
  EXPECT_EQ(v1::Failure_Name(first.failure()), v1::Failure_Name(v1::FAILURE_MODEL_NOT_FOUND));
  EXPECT_EQ(first.http_status(), refusal.http_status);
  EXPECT_THAT(first.message(), HasSubstr(refusal.words));
  // It is remembered: the next call does not ask again.
  EXPECT_THAT(Tried(scene.Chat("invalid-model")), ElementsAre("mistral/mistral-large"));
  EXPECT_THAT(scene.Asked(refusal.primary), SizeIs(1));
}

// Reads better as a table than as calls.
// clang-format off
INSTANTIATE_TEST_SUITE_P(With404, InvalidModelTest, ::testing::Values(
    Refusal{"OpenAi", "", 404, "`invalid-model` does not exist"},
    Refusal{"NotAChatModel", Answer(404, R"({"error": {"message": "This is no chat model.", "type": "invalid_request_error",
                                                       "param": "model", "code": null}})"), 404, "no chat model"},
    Refusal{"AzureDeployment", "", 404, "deployment for this resource does not exist", "azure"},
    Refusal{"AzureResource", Answer(404, R"({"error": {"code": "404", "message": "Resource not found"}})"), 404,
            "Resource not found", "azure"},
    Refusal{"Anthropic", Answer(404, R"({"type": "error", "error": {"type": "not_found_error", "message": "model: x"}})"), 404,
            "model: x"},
    Refusal{"Gemini", Answer(404, R"({"error": {"code": 404, "message": "models/x is not found", "status": "NOT_FOUND"}})"), 404,
            "models/x is not found"},
    Refusal{"BedrockEndOfLife", Answer(404, R"({"message": "This model has reached the end of its life."})",
                                       R"({"x-amzn-errortype": "ResourceNotFoundException:http://internal/"})"), 404,
            "end of its life"},
    Refusal{"Cohere", Answer(404, R"({"id": "1", "message": "model 'x' not found"})"), 404, "model 'x' not found"},
    Refusal{"ErrorIsAString", Answer(404, R"({"error": "Specified model not found: x"})"), 404, "model not found"},
    Refusal{"NotJson", Answer(404, R"("<html>404</html>")"), 404, "404"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(With400, InvalidModelTest, ::testing::Values(
    Refusal{"OpenAi", "model_not_found_400", 400, "'invalid-model' does not exist"},
    Refusal{"AzureOperation", "model_not_found_400", 400, "does not work with the specified model", "azure"},
    Refusal{"AzureApiVersion", Answer(400, R"({"error": {"code": "BadRequest", "message": "API version not supported"}})"), 400,
            "API version", "azure"},
    Refusal{"Mistral", Answer(400, R"({"object": "error", "message": "Invalid model: x", "type": "invalid_model", "param": null,
                                       "code": "1500"})"), 400, "Invalid model: x"},
    Refusal{"DeepSeek", Answer(400, R"({"error": {"message": "Model Not Exist", "type": "invalid_request_error", "param": null,
                                        "code": "invalid_request_error"}})"), 400, "Model Not Exist"},
    Refusal{"OpenRouter", Answer(400, R"({"error": {"message": "x/y is not a valid model ID", "code": 400}})"), 400,
            "not a valid model ID"},
    Refusal{"BedrockIdentifier", Answer(400, R"({"message": "The model identifier is invalid."})",
                                        R"({"x-amzn-errortype": "ValidationException:http://internal/"})"), 400,
            "identifier is invalid"},
    Refusal{"BedrockOnDemand", Answer(400, R"({"message": "Invocation of x with on-demand throughput isn't supported."})"), 400,
            "on-demand throughput"}),
    [](const auto& info) { return info.param.name; });
// clang-format on

}  // namespace
}  // namespace spillway::e2e
