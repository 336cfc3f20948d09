// A conversation with tools in which every turn is answered by another provider, whatever its API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "tests/e2e/apis_scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void AddTool(const std::string& name, v1::ChatRequest& request) {
  v1::FunctionDefinition& function = *request.add_tools()->mutable_function();
  function.set_name(name);
  function.set_description("Looks something up.");
  auto& parameters = *function.mutable_parameters()->mutable_fields();
  parameters["type"].set_string_value("object");
  auto& properties = *parameters["properties"].mutable_struct_value()->mutable_fields();
  (*properties["city"].mutable_struct_value()->mutable_fields())["type"].set_string_value("string");
  parameters["required"].mutable_list_value()->add_values()->set_string_value("city");
}

// A conversation as its caller keeps it.
class Conversation {
 public:
  explicit Conversation(ApisScene& scene) : scene_(scene) {
    request_.set_model("chat");
    Say(v1::ROLE_SYSTEM, "You look things up.");
    AddTool("get_weather", request_);
    AddTool("get_time", request_);
    request_.set_max_tokens(4000);
  }

  void Say(v1::Role role, const std::string& text) {
    v1::Message& message = *request_.add_messages();
    message.set_role(role);
    message.set_content(text);
  }

  // What the provider of `api` answers; it becomes part of the conversation as it came.
  const v1::Choice& AnsweredBy(const std::string& api) {
    scene_.OnlyServing(api);
    result_ = scene_.Chat(request_);
    EXPECT_TRUE(result_.ok()) << api << ": " << result_.status.error_message() << "\nit was sent "
                              << scene_.LatestBody(api);
    EXPECT_EQ(result_.response.route().served_by().endpoint(), api);
    if (result_.response.choices().empty()) result_.response.add_choices();
    *request_.add_messages() = result_.response.choices(0).message();
    return result_.response.choices(0);
  }

  // Answers every call of the latest turn.
  void AnswerCalls() {
    const v1::Message turn = request_.messages(request_.messages_size() - 1);
    for (const v1::ToolCall& call : turn.tool_calls()) {
      v1::Message& result = *request_.add_messages();
      result.set_role(v1::ROLE_TOOL);
      result.set_tool_call_id(call.id());
      result.set_content("the answer to " + call.function().name());
    }
  }

  v1::ChatRequest& request() { return request_; }
  const client::Result<v1::ChatResponse>& result() const { return result_; }

 private:
  ApisScene& scene_;
  v1::ChatRequest request_;
  client::Result<v1::ChatResponse> result_;
};

void ExpectCalls(const v1::Choice& choice, const std::vector<std::string>& names) {
  EXPECT_EQ(choice.finish_reason(), "tool_calls");
  ASSERT_EQ(static_cast<std::size_t>(choice.message().tool_calls_size()), names.size())
      << choice.ShortDebugString();
  for (int i = 0; i < choice.message().tool_calls_size(); ++i) {
    const v1::ToolCall& call = choice.message().tool_calls(i);
    EXPECT_EQ(call.function().name(), names[static_cast<std::size_t>(i)]);
    EXPECT_FALSE(call.id().empty());
    EXPECT_TRUE(boost::json::parse(call.function().arguments()).as_object().contains("city"));
  }
}

void ExpectText(const v1::Choice& choice, const std::string& part) {
  EXPECT_EQ(choice.finish_reason(), "stop");
  EXPECT_THAT(choice.message().content(), HasSubstr(part));
  EXPECT_EQ(choice.message().tool_calls_size(), 0);
}

TEST(ToolChainTest, EveryTurnIsAnsweredByAnotherProvider) {
  ApisScene scene;
  for (std::size_t first = 0; first < kApis.size(); ++first) {
    const auto api = [&](std::size_t turn) { return std::string(kApis[(first + turn) % kApis.size()]); };
    SCOPED_TRACE(api(0) + ", " + api(1) + ", " + api(2) + ", " + api(3));
    Conversation talk(scene);
    talk.Say(v1::ROLE_USER, "get_weather of Paris, please");
    ExpectCalls(talk.AnsweredBy(api(0)), {"get_weather"});
    talk.AnswerCalls();
    ExpectText(talk.AnsweredBy(api(1)), "get_weather of Paris");
    talk.Say(v1::ROLE_USER, "And now get_time there");
    ExpectCalls(talk.AnsweredBy(api(2)), {"get_time"});
    talk.AnswerCalls();
    ExpectText(talk.AnsweredBy(api(3)), "get_time there");
    const v1::Usage& usage = talk.result().response.usage();
    EXPECT_GT(usage.prompt_tokens(), 0);
    EXPECT_GT(usage.completion_tokens(), 0);
    EXPECT_EQ(usage.total_tokens(), usage.prompt_tokens() + usage.completion_tokens());
  }
  for (const std::string& secret : ApisScene::Secrets())
    EXPECT_THAT(scene.EverythingSaid(), Not(HasSubstr(secret)));
}

TEST(ToolChainTest, AnyProviderGoesOnFromTheCallsOfAnyOther) {
  ApisScene scene;
  for (const std::string caller : kApis) {
    for (const std::string reader : kApis) {
      SCOPED_TRACE(caller + ", then " + reader);
      Conversation talk(scene);
      talk.Say(v1::ROLE_USER, "get_weather and get_time of Paris");
      ExpectCalls(talk.AnsweredBy(caller), {"get_weather", "get_time"});
      talk.AnswerCalls();
      ExpectText(talk.AnsweredBy(reader), "of Paris");
    }
  }
}

TEST(ToolChainTest, AReasoningModelGoesOnFromTheCallsOfAnyOther) {
  ApisScene scene;
  for (const std::string caller : kApis) {
    for (const std::string reader : kApis) {
      SCOPED_TRACE(caller + ", then " + reader);
      Conversation talk(scene);
      talk.request().set_reasoning_effort("low");
      talk.request().set_temperature(0.5);
      talk.Say(v1::ROLE_USER, "get_weather of Paris");
      ExpectCalls(talk.AnsweredBy(caller), {"get_weather"});
      talk.AnswerCalls();
      ExpectText(talk.AnsweredBy(reader), "of Paris");
    }
  }
}

TEST(ToolChainTest, SignedThinkingReturnsToWhoeverCanCheckIt) {
  ApisScene scene;
  for (const std::string reader : {"anthropic", "bedrock"}) {
    Conversation talk(scene);
    talk.request().set_reasoning_effort("low");
    talk.Say(v1::ROLE_USER, "get_weather of Paris");
    const v1::Choice& choice = talk.AnsweredBy("anthropic");
    EXPECT_FALSE(choice.message().reasoning_content().empty());
    talk.AnswerCalls();
    ExpectText(talk.AnsweredBy(reader), "of Paris");
    EXPECT_THAT(scene.LatestBody(reader), HasSubstr("\"signature\":")) << reader;
  }
}

// A call that was made before the conversation came to Spillway.
TEST(ToolChainTest, IdsAndArgumentsOfAnySortReachEveryProvider) {
  ApisScene scene;
  for (const std::string api : kApis) {
    SCOPED_TRACE(api);
    Conversation talk(scene);
    talk.Say(v1::ROLE_USER, "Look it up");
    v1::Message& turn = *talk.request().add_messages();
    turn.set_role(v1::ROLE_ASSISTANT);
    for (const char* arguments : {"", "{\"city\":\"Par", "[1]", "{\"city\": \"Paris\"}"}) {
      v1::ToolCall& call = *turn.add_tool_calls();
      call.set_id("call:" + std::to_string(turn.tool_calls_size()) + "/with.an-id that is long and odd " +
                  std::string(80, 'x'));
      call.mutable_function()->set_name("get_weather");
      call.mutable_function()->set_arguments(arguments);
    }
    talk.AnswerCalls();
    ExpectText(talk.AnsweredBy(api), "Look it up");
  }
}

}  // namespace
}  // namespace spillway::e2e
