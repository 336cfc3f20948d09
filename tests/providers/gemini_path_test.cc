// Gemini's URLs, at AI Studio and at Vertex.
#include "providers/gemini_path.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/providers/gemini_encoding.h"

namespace spillway::providers {
namespace {

std::string PathOf(const std::string& base_path, const std::string& model) {
  return GeminiPath(base_path).For(model).value_or("none");
}

TEST(GeminiPathTest, TheModelIsBelowTheVersion) {
  EXPECT_EQ(PathOf("/v1beta", "gemini-2.5-flash"), "/v1beta/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(PathOf("/proxy/v1", "m"), "/proxy/v1/models/m:generateContent");
}

TEST(GeminiPathTest, ABasePathWithoutAVersionGetsOne) {
  EXPECT_EQ(PathOf("", "m"), "/v1beta/models/m:generateContent");
  EXPECT_EQ(PathOf("/gemini", "m"), "/gemini/v1beta/models/m:generateContent");
  EXPECT_EQ(PathOf("/proxy/projects/p/locations/l", "m"),
            "/proxy/v1/projects/p/locations/l/publishers/google/models/m:generateContent");
  EXPECT_EQ(PathOf("/publishers/google", "m"), "/v1/publishers/google/models/m:generateContent");
}

TEST(GeminiPathTest, OnVertexGoogleIsThePublisherUnlessTheBasePathSaysOtherwise) {
  EXPECT_EQ(PathOf(kVertexBase, "m"),
            "/v1/projects/p/locations/l/publishers/google/models/m:generateContent");
  EXPECT_EQ(PathOf("/v1beta1/projects/p/locations/l/publishers/other", "m"),
            "/v1beta1/projects/p/locations/l/publishers/other/models/m:generateContent");
  EXPECT_EQ(PathOf("/v1/publishers/google", "m"), "/v1/publishers/google/models/m:generateContent");
}

TEST(GeminiPathTest, ABasePathThatEndsInModelsGetsNoSecondOne) {
  EXPECT_EQ(PathOf("/v1beta/models/", "m"), "/v1beta/models/m:generateContent");
}

TEST(GeminiPathTest, AModelWithASlashIsAResourceOfAiStudio) {
  EXPECT_EQ(PathOf("/v1beta", "models/x"), "/v1beta/models/x:generateContent");
  EXPECT_EQ(PathOf("/v1beta", "tunedModels/x"), "/v1beta/tunedModels/x:generateContent");
}

TEST(GeminiPathTest, AModelWithASlashIsAResourceOfVertexProject) {
  const std::string project = kVertexBase;
  EXPECT_EQ(PathOf(kVertexBase, "models/x"), project + "/publishers/google/models/x:generateContent");
  EXPECT_EQ(PathOf(kVertexBase, "endpoints/123"), project + "/endpoints/123:generateContent");
  EXPECT_EQ(PathOf(project + "/publishers/google", "endpoints/123"),
            project + "/endpoints/123:generateContent");
  EXPECT_EQ(PathOf(kVertexBase, "publishers/meta/models/x"),
            project + "/publishers/meta/models/x:generateContent");
  EXPECT_EQ(PathOf(kVertexBase, "google/gemini-x"),
            project + "/publishers/google/models/gemini-x:generateContent");
  EXPECT_EQ(PathOf(kVertexBase, "projects/q/locations/m/endpoints/1"),
            "/v1/projects/q/locations/m/endpoints/1:generateContent");
}

TEST(GeminiPathTest, SegmentsArePercentEncoded) {
  EXPECT_EQ(PathOf("/v1beta", "a b?c#d:e"), "/v1beta/models/a%20b%3Fc%23d%3Ae:generateContent");
}

TEST(GeminiPathTest, AModelThatCannotBeASegmentIsInvalid) {
  for (const std::string model : {"", ".", "..", "models/..", "models//x", "/x", "x/"}) {
    EXPECT_EQ(PathOf("/v1beta", model), "none") << model;
  }
  const auto status =
      EncodeForGemini(R"({"model":"..","messages":[{"role":"user","content":"hi"}]})", {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "model cannot be part of a URL");
}

TEST(GeminiPathTest, PreviewsAreToldByTheVersion) {
  EXPECT_TRUE(IsPreviewPath("/v1beta/models/v1"));
  EXPECT_TRUE(IsPreviewPath("/x/v1beta1/projects/p"));
  EXPECT_FALSE(IsPreviewPath("/v1/models/m"));
  EXPECT_FALSE(IsPreviewPath("/models/vision"));
}

TEST(GeminiCodecTest, TheExchangeIsAPostOfJson) {
  const EncodedRequest request = GeminiRequestFor(Asking(""), {.base_path = "/v1beta", .model = "gemini-x"});
  EXPECT_EQ(request.path, "/v1beta/models/gemini-x:generateContent");
  EXPECT_EQ(request.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_TRUE(request.dropped.empty());
}

TEST(GeminiCodecTest, WithoutAModelOfItsOwnTheTargetTakesTheRequests) {
  EXPECT_EQ(GeminiRequestFor(Asking(R"("model":"asked")"), {}).path, "/v1beta/models/asked:generateContent");
}

TEST(GeminiCodecTest, ATargetsPathReplacesTheApisOwn) {
  EXPECT_EQ(
      GeminiRequestFor(Asking(""), {.base_path = "/v1", .model = "m", .path = "/x:generateContent"}).path,
      "/x:generateContent");
}

}  // namespace
}  // namespace spillway::providers
