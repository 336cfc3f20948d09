#include "providers/redact.h"

#include <gtest/gtest.h>

#include <string>

#include "providers/utf8.h"

namespace spillway::providers {
namespace {

TEST(RedactTest, KeysDoNotSurvive) {
  // A sentence, and the secret in it.
  constexpr std::pair<const char*, const char*> kCases[] = {
      {"Incorrect API key provided: sk-fake-key. You can find", "sk-fake-key"},
      {"Incorrect API key provided: hunter2. You can find", "hunter2"},
      {"Incorrect API key provided: invalid-*****2345.", "2345"},
      {"Incorrect API key provided: <not-a-r****key>.", "not-a-r"},
      {"bad header Authorization: Bearer abcdef", "abcdef"},
      {"got 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc' instead", "eyJhbGciOiJIUzI1NiJ9"},
      {"Basic dXNlcjpwYXNz is refused", "dXNlcjpwYXNz"},
      {"GET /v1?key=AIzaSyA-1234567890&x=1", "AIzaSyA"},
      {"key AIzaSyA-1234567890 is blocked", "AIzaSyA"},
      {"credential AKIAIOSFODNN7EXAMPLE/20260101/us-east-1", "AKIAIOSFODNN7EXAMPLE"},
      {"secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"},
      {"token gsk_abcdefgh", "gsk_abcdefgh"},
      {"{\"api_key\": \"opensesame\"}", "opensesame"},
      {"api-key 'opensesame' unknown", "opensesame"},
      {"x-api-key=opensesame", "opensesame"},
      {"the value 0123456789abcdef0123456789abcdef is unknown", "0123456789abcdef"},
      {"url https://x.example/sk-abcdefgh/y", "sk-abcdefgh"},
  };
  for (const auto& [text, secret] : kCases) {
    const std::string safe = SafeText(text);
    EXPECT_EQ(safe.find(secret), std::string::npos) << safe;
    EXPECT_NE(safe.find("[redacted]"), std::string::npos) << safe;
  }
}

TEST(RedactTest, OrdinaryTextStays) {
  for (const char* text :
       {"The model `meta-llama/Llama-3.3-70B-Instruct-Turbo` does not exist.",
        "This model's maximum context length is 4097 tokens; messages came to 4294 tokens",
        "Rate limit reached for gpt-4o-2024-08-06 in organization org-abc on tokens per min: Limit 30000, "
        "Used 1.",
        "include the request ID req_35c852d7d417877c0fbb3134de873c76 in your email",
        "trace 8090a430-9830-442b-a193-749569a08e0f", "Missing bearer token",
        "Unsupported parameter: 'max_tokens' is not supported with this model.",
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "Field 'temperature': type must be number, but is string", "expected `text` at line 1 column 391"}) {
    EXPECT_EQ(SafeText(text), text);
  }
}

TEST(RedactTest, TextIsCutAtACharacter) {
  EXPECT_EQ(SafeText(std::string(5000, 'x') + " tail").size(), kMaxErrorText);
  const std::string safe = SafeText("x" + std::string(400, ' ') + [] {
    std::string many;
    for (int i = 0; i < 400; ++i) many += "é";
    return many;
  }());
  EXPECT_EQ(safe.size(), kMaxErrorText - 1);
  EXPECT_EQ(RepairUtf8(safe), safe);
}

TEST(RedactTest, ASecretAtTheLimitIsNotCutIntoView) {
  const std::string text = std::string(kMaxErrorText - 4, 'a') + " sk-abcdefghijkl";
  EXPECT_EQ(SafeText(text).find("sk-"), std::string::npos);
}

TEST(RedactTest, AnyBytesBecomeOneLineOfUtf8) {
  EXPECT_EQ(SafeText("a\nb\r\tc\x7f"), "a b  c ");
  EXPECT_EQ(SafeText("caf\xe9!"), "caf\xEF\xBF\xBD!");
  EXPECT_EQ(SafeText(""), "");
}

TEST(Utf8Test, OnlyRealCharactersCount) {
  EXPECT_EQ(Utf8Length(""), 0u);
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("é"), 2u);
  EXPECT_EQ(Utf8Length("日"), 3u);
  EXPECT_EQ(Utf8Length("😀"), 4u);
  for (const char* bad : {"\x80", "\xc1\x81", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe6\x97", "\xc3("}) {
    EXPECT_EQ(Utf8Length(bad), 0u);
  }
}

TEST(Utf8Test, CuttingKeepsCharactersWhole) {
  EXPECT_EQ(CutUtf8("日本", 5), "日");
  EXPECT_EQ(CutUtf8("日本", 6), "日本");
  EXPECT_EQ(CutUtf8("日本", 2), "");
}

}  // namespace
}  // namespace spillway::providers
