// What the vendors' own SDKs send, beside what the codecs send for the same call: path, headers, body.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "providers/codec.h"
#include "providers/openai_request_decoder.h"
#include "tests/providers/text_proto.h"
#include "tests/replay/plain_json.h"
#include "tests/replay/shared_folder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

struct RawRequest {
  std::string method;
  std::string path;
  // Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

RawRequest ReadRequest(std::istream& in) {
  RawRequest out;
  std::string line;
  std::getline(in, line);
  std::istringstream(line) >> out.method >> out.path;
  while (std::getline(in, line) && line != "\r" && !line.empty()) {
    const std::size_t colon = line.find(':');
    out.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  std::getline(in, out.body);
  return out;
}

// Requests in the file, each after a line of its own that separates them.
std::vector<RawRequest> ReadRequests(const std::filesystem::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  std::vector<RawRequest> out;
  std::string line;
  while (std::getline(in, line)) {
    if (absl::StartsWith(line, ">>>>")) out.push_back(ReadRequest(in));
  }
  return out;
}

// The connection's, the credential's, and what an SDK says of itself.
bool IsOfTheApi(const std::string& name) {
  constexpr std::string_view kOthers[] = {
      "host",           "connection",     "user-agent",      "authorization",  "accept-language",
      "sec-fetch-mode", "content-length", "accept-encoding", "x-goog-api-key", "cookie"};
  constexpr const char* kMarks[] = {"x-stainless-", "x-goog-api-client", "x-amz-", "amz-sdk-"};
  const auto marks = [&](const char* mark) { return absl::StartsWith(name, mark); };
  return std::none_of(std::begin(kMarks), std::end(kMarks), marks) &&
         std::find(std::begin(kOthers), std::end(kOthers), name) == std::end(kOthers);
}

struct Sdk {
  v1::Api api;
  providers::TargetSpec spec;
  // Answered by the request it recognises as its own.
  bool (*sent)(const RawRequest& request);
  const char* call;
  // How many of the file's requests are its.
  int requests;
};

constexpr char kBrief[] = R"pb(
  messages { role: ROLE_SYSTEM content: "be brief" }
  messages { role: ROLE_USER content: "hi" }
  max_tokens: 9
  temperature: 0.5)pb";

const Sdk kSdks[] = {
    {v1::API_OPENAI,
     {.base_path = "/v1", .model = "gpt-4o"},
     [](const RawRequest& request) { return absl::StartsWith(request.Header("user-agent"), "OpenAI/JS"); },
     "messages { role: ROLE_USER content: 'hi' }",
     1},
    {v1::API_ANTHROPIC,
     {.base_path = "", .model = "claude-3-5-sonnet-20241022", .api_version = "2026-10-21"},
     [](const RawRequest& request) { return absl::StartsWith(request.Header("user-agent"), "Anthropic/JS"); },
     "messages { role: ROLE_USER content: 'hi' } max_tokens: 64",
     2},
    {v1::API_GEMINI,
     {.base_path = "/v1beta", .model = "gemini-2.0-flash"},
     [](const RawRequest& request) { return !request.Header("x-goog-api-client").empty(); },
     kBrief,
     1},
    {v1::API_BEDROCK,
     {.base_path = "", .model = "anthropic.claude-3-sonnet-20240229-v1:0"},
     [](const RawRequest& request) { return !request.Header("x-amz-date").empty(); },
     kBrief,
     1},
    {v1::API_MISTRAL,
     {.base_path = "/v1", .model = "mistral-large-latest"},
     [](const RawRequest& request) {
       return absl::StartsWith(request.Header("user-agent"), "mistral-client-typescript");
     },
     "messages { role: ROLE_USER content: 'hi' } max_tokens: 9",
     1},
};

// Without what says nothing: whether the answer is a stream is no matter of the request, and the role of
// Gemini's system text is always the same.
json::value Meaning(const std::string& body) {
  json::value value = Plain(json::parse(body));
  value.as_object().erase("stream");
  if (json::value* system = value.as_object().if_contains("systemInstruction"))
    system->as_object().erase("role");
  return value;
}

void ExpectSame(const providers::EncodedRequest& ours, const RawRequest& theirs) {
  EXPECT_EQ(theirs.method, "POST");
  EXPECT_EQ(ours.path, theirs.path);
  EXPECT_EQ(Meaning(ours.body), Meaning(theirs.body));
  std::map<std::string, std::string> written;
  for (const auto& [name, value] : ours.headers) written[absl::AsciiStrToLower(name)] = value;
  for (const auto& [name, value] : theirs.headers) {
    // Some say that they accept anything, some nothing; we read JSON.
    if (!IsOfTheApi(name) || name == "accept") continue;
    EXPECT_EQ(written[name], value) << name;
  }
}

TEST(GoldenRequestsTest, TheCodecsAskAsTheVendorsSdksDo) {
  SPILLWAY_FIND_RECORDINGS(folder);
  const std::vector<RawRequest> golden = ReadRequests(*folder / "golden-requests.txt");
  int compared = 0;
  for (const Sdk& sdk : kSdks) {
    SCOPED_TRACE(v1::Api_Name(sdk.api));
    const auto ours =
        providers::MakeCodec(sdk.api, sdk.spec)->Encode(providers::Proto<v1::ChatRequest>(sdk.call));
    ASSERT_TRUE(ours.ok()) << ours.status();
    EXPECT_TRUE(ours->dropped.empty());
    int its = 0;
    for (const RawRequest& request : golden) {
      if (!sdk.sent(request)) continue;
      ExpectSame(*ours, request);
      ++its;
    }
    EXPECT_EQ(its, sdk.requests);
    compared += its;
  }
  EXPECT_EQ(static_cast<std::size_t>(compared), golden.size()) << "a request that nobody recognised";
}

TEST(GoldenRequestsTest, WhatOpenAisSdkAsksOfUsIsWhatItsProviderIsAsked) {
  SPILLWAY_FIND_RECORDINGS(folder);
  int compared = 0;
  for (const RawRequest& request : ReadRequests(*folder / "golden-requests.txt")) {
    if (!kSdks[0].sent(request)) continue;
    const auto read = providers::DecodeOpenAiRequest(request.body);
    ASSERT_TRUE(read.ok()) << read.status();
    const auto codec = providers::MakeCodec(v1::API_OPENAI, {.base_path = "/v1"});
    const auto ours = read->stream ? codec->EncodeStream(read->request) : codec->Encode(read->request);
    ASSERT_TRUE(ours.ok()) << ours.status();
    EXPECT_EQ(ours->path, request.path);
    json::value expected = Meaning(request.body);
    // Of a stream the usage is always asked for.
    if (read->stream) expected.as_object()["stream_options"] = {{"include_usage", true}};
    EXPECT_EQ(Meaning(ours->body), expected);
    ++compared;
  }
  EXPECT_EQ(compared, kSdks[0].requests);
}

}  // namespace
}  // namespace spillway::replay
