#include "server/openai/door_routes.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::server {
namespace {

TEST(DoorRoutesTest, EveryRouteHasItsSpellings) {
  for (const char* path : {"/v1/chat/completions", "/chat/completions", "/v1/chat/completions/"}) {
    EXPECT_EQ(RouteOf(path).path, DoorPath::kChatCompletions) << path;
  }
  for (const char* path : {"/v1/models", "/models", "/models/", "/v1/models/"}) {
    EXPECT_EQ(RouteOf(path).path, DoorPath::kModels) << path;
  }
  for (const char* path : {"/v1/models/gpt-4o", "/models/gpt-4o", "/models/gpt-4o/"}) {
    EXPECT_EQ(RouteOf(path).path, DoorPath::kModel) << path;
    EXPECT_EQ(RouteOf(path).model, "gpt-4o") << path;
  }
}

TEST(DoorRoutesTest, EverythingElseIsNone) {
  for (const char* path :
       {"", "/", "//", "/v1", "/v1/", "/v2/models", "/v1/v1/models", "/V1/models", "/v1models", "/v1/chat",
        "/v1/chat/completions/x", "/chat/completion", "/v1//chat/completions", "chat/completions",
        "/v1/completions", "/modelss", "*", "http://x/v1/models"}) {
    EXPECT_EQ(RouteOf(path).path, DoorPath::kOther) << path;
  }
}

TEST(DoorRoutesTest, AModelIsWhatItsEscapesStandFor) {
  EXPECT_EQ(RouteOf("/v1/models/ft%3Agpt-4o%3Aacme").model, "ft:gpt-4o:acme");
  EXPECT_EQ(RouteOf("/v1/models/meta-llama/Llama-3").model, "meta-llama/Llama-3");
  EXPECT_EQ(RouteOf("/v1/models/meta-llama%2FLlama-3").model, "meta-llama/Llama-3");
  EXPECT_EQ(RouteOf("/v1/models/100%").model, "100%") << "no escape at all";
  EXPECT_EQ(RouteOf("/v1/models/%zz").model, "%zz");
  EXPECT_EQ(RouteOf("/v1/models/%00").model, std::string(1, '\0'));
}

TEST(DoorRoutesTest, EachPathHasItsMethods) {
  EXPECT_EQ(AllowedMethods(DoorPath::kChatCompletions), "POST");
  EXPECT_TRUE(IsAllowed("POST", DoorPath::kChatCompletions));
  for (const char* method : {"GET", "HEAD", "OPTIONS", "post", "PUT", ""}) {
    EXPECT_FALSE(IsAllowed(method, DoorPath::kChatCompletions)) << method;
  }
  for (const DoorPath path : {DoorPath::kModels, DoorPath::kModel}) {
    EXPECT_EQ(AllowedMethods(path), "GET, HEAD");
    EXPECT_TRUE(IsAllowed("GET", path));
    EXPECT_TRUE(IsAllowed("HEAD", path));
    for (const char* method : {"POST", "DELETE", "get"}) EXPECT_FALSE(IsAllowed(method, path)) << method;
  }
}

}  // namespace
}  // namespace spillway::server
