#include "server/request_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ChatRequest Good() {
  v1::ChatRequest request;
  request.set_model("gpt-4o");
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content("hello");
  return request;
}

std::vector<std::string> Fields(const v1::ChatRequest& request) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : CheckRequest(request, 10)) fields.push_back(violation.field);
  return fields;
}

TEST(RequestCheckTest, AGoodRequestPasses) { EXPECT_THAT(Fields(Good()), IsEmpty()); }

TEST(RequestCheckTest, AModelIsRequired) {
  v1::ChatRequest request = Good();
  request.clear_model();
  EXPECT_THAT(Fields(request), ElementsAre("model"));
}

TEST(RequestCheckTest, AModelMustFitIntoMetadata) {
  for (const std::string& model : {std::string("gpt\n4o"), std::string("gpt\x7f"), std::string("a\0b", 3),
                                   std::string("modèle"), std::string(257, 'm')}) {
    v1::ChatRequest request = Good();
    request.set_model(model);
    EXPECT_THAT(Fields(request), ElementsAre("model")) << model;
  }
  v1::ChatRequest request = Good();
  request.set_model(std::string(256, 'm'));
  EXPECT_THAT(Fields(request), IsEmpty());
  request.set_model("meta/llama-3 70b:free~");
  EXPECT_THAT(Fields(request), IsEmpty());
}

TEST(RequestCheckTest, AMessageIsRequired) {
  v1::ChatRequest request = Good();
  request.clear_messages();
  EXPECT_THAT(Fields(request), ElementsAre("messages"));
}

TEST(RequestCheckTest, AMessageNeedsAKnownRole) {
  v1::ChatRequest request = Good();
  request.add_messages();
  request.add_messages()->set_role(static_cast<v1::Role>(77));
  EXPECT_THAT(Fields(request), ElementsAre("messages[1].role", "messages[2].role"));
  EXPECT_THAT(CheckRequest(request, 10)[1].description, HasSubstr("77"));
}

TEST(RequestCheckTest, ContentAndPartsExcludeEachOther) {
  v1::ChatRequest request = Good();
  request.mutable_messages(0)->add_parts()->set_text("more");
  EXPECT_THAT(Fields(request), ElementsAre("messages[0].content"));
  request.mutable_messages(0)->clear_content();
  EXPECT_THAT(Fields(request), IsEmpty());
}

TEST(RequestCheckTest, APartMustHoldSomething) {
  v1::ChatRequest request = Good();
  request.mutable_messages(0)->clear_content();
  request.mutable_messages(0)->add_parts()->set_text("x");
  request.mutable_messages(0)->add_parts();
  EXPECT_THAT(Fields(request), ElementsAre("messages[0].parts[1]"));
}

TEST(RequestCheckTest, AToolsResultNamesItsCall) {
  v1::ChatRequest request = Good();
  v1::Message& result = *request.add_messages();
  result.set_role(v1::ROLE_TOOL);
  result.set_content("42");
  EXPECT_THAT(Fields(request), ElementsAre("messages[1].tool_call_id"));
  result.set_tool_call_id("call_1");
  EXPECT_THAT(Fields(request), IsEmpty());
}

TEST(RequestCheckTest, AtLeastOneChoiceIsAskedFor) {
  v1::ChatRequest request = Good();
  request.set_n(0);
  EXPECT_THAT(Fields(request), ElementsAre("n"));
}

TEST(RequestCheckTest, EveryMistakeIsNamedAtOnce) {
  v1::ChatRequest request;
  request.set_n(-1);
  EXPECT_THAT(Fields(request), ElementsAre("model", "messages", "n"));
}

TEST(RequestCheckTest, AModelIsCheckedTheSameWhoeverAsks) {
  EXPECT_TRUE(CheckModel("gpt-4o").empty());
  EXPECT_EQ(CheckModel("").size(), 1u);
  EXPECT_EQ(CheckModel(std::string(300, '\n')).size(), 2u);
}

TEST(RequestCheckTest, MoreMessagesThanMayBeAreOneMistake) {
  v1::ChatRequest request;
  request.set_model("gpt-4o");
  for (int i = 0; i < 3; ++i) request.add_messages()->set_role(v1::ROLE_USER);
  EXPECT_TRUE(CheckRequest(request, 3).empty());
  // Each is a mistake, too.
  for (int i = 0; i < 1000; ++i) request.add_messages();
  const std::vector<FieldViolation> found = CheckRequest(request, 3);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].field, "messages");
  EXPECT_EQ(found[0].description, "more than 3 messages (server.limits.max_messages)");
}

}  // namespace
}  // namespace spillway::server
