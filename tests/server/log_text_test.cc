#include "server/log_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "providers/json_writer.h"
#include "server/log_value.h"

namespace spillway::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Line(const std::string& members, const std::string& level = "info") {
  return LogText(R"({"ts":"2026-01-31T12:00:00.123Z","level":")" + level + "\"," + members + "}", false);
}

std::string Json(const std::string& text) {
  std::string out;
  providers::JsonWriter(out).String(text);
  return out;
}

TEST(LogTextTest, ACallIsOneSentence) {
  EXPECT_EQ(Line(R"("event":"call","method":"Chat","request_id":"r-1","trace_id":"4bf9","span_id":"00f0",)"
                 R"("model":"gpt-4o","environment":"production","code":"OK","ms":212.345,"policy":"chat",)"
                 R"("router_ms":0.123,"attempts":[{"endpoint":"openai","model":"gpt-4o","ms":212.1,)"
                 R"("span_id":"0102"}],"prompt_tokens":12,"completion_tokens":9)"),
            "12:00:00.123 INFO  call Chat gpt-4o -> openai/gpt-4o OK 212 ms, tokens 12+9 request_id=r-1 "
            "trace_id=4bf9 policy=chat");
}

TEST(LogTextTest, AFailoverNamesWhatFailedAndWhy) {
  EXPECT_EQ(
      Line(R"("event":"call","method":"StreamChat","model":"gpt-4o","code":"OK","ms":12345.678,)"
           R"("first_token_ms":320.4,"resets":1,"attempts":[{"endpoint":"prod","model":"gpt-4o","ms":35.2,)"
           R"("failure":"rate_limited","http_status":429,"provider_code":"tokens","message":"slow down"},)"
           R"({"endpoint":"eu","model":"gpt-4o-mini","ms":12300,"role":"probe","dropped":["seed","user"]}],)"
           R"("skipped":[{"endpoint":"us","model":"gpt-4o","reason":"suspended"},)"
           R"({"endpoint":"x","model":"y","reason":"unsupported","detail":"n: no word for it"}])"),
      "12:00:00.123 INFO  call StreamChat gpt-4o -> prod/gpt-4o rate_limited (429, tokens, 35 ms: \"slow "
      "down\") "
      "-> eu/gpt-4o-mini as probe without [seed, user] OK 12.3 s, first token 320 ms, resets 1, "
      "skipped us/gpt-4o (suspended), skipped x/y (unsupported: \"n: no word for it\")");
}

TEST(LogTextTest, AFailedCallEndsWithWhatTheCallerWasTold) {
  EXPECT_EQ(Line(R"("event":"call","method":"Chat","caller":"ci","model":"gpt-4o","code":"UNAVAILABLE",)"
                 R"("message":"all targets failed","ms":2.04,"attempts":[{"endpoint":"prod","model":"",)"
                 R"("ms":1.5,"failure":"connect","provider_code":"refused"}])"),
            "12:00:00.123 INFO  call Chat gpt-4o -> prod connect (refused, 1.5 ms) UNAVAILABLE 2.0 ms: "
            "\"all targets failed\" caller=ci");
}

TEST(LogTextTest, ARefusedCallHasNoTargets) {
  EXPECT_EQ(
      Line(R"("event":"call","method":"Chat","model":"","peer":"ipv4:10.0.0.1:4","code":"UNAUTHENTICATED",)"
           R"("message":"no key","ms":0.01)"),
      "12:00:00.123 INFO  call Chat UNAUTHENTICATED 0.0 ms: \"no key\" peer=ipv4:10.0.0.1:4");
}

TEST(LogTextTest, OtherLinesAreTheirFields) {
  EXPECT_EQ(Line(R"("event":"target_suspended","endpoint":"prod","model":"gpt-4o","failure":"rate_limited",)"
                 R"("for_ms":30000.000)",
                 "warning"),
            "12:00:00.123 WARN  target_suspended endpoint=prod model=gpt-4o failure=rate_limited for=30.0s");
  EXPECT_EQ(Line(R"("event":"serving","config":"my file.yaml","grpc_port":50051)"),
            "12:00:00.123 INFO  serving config=\"my file.yaml\" grpc_port=50051");
}

TEST(LogTextTest, NestedValuesStayOnTheLine) {
  EXPECT_EQ(
      Line(R"("event":"config_rejected","errors":[{"line":7,"column":3,"path":"policies[0].model",)"
           R"("what":"is required"},{"what":"gone"}],"restart_needed":["server.grpc"],"flag":true,"no":null)",
           "error"),
      "12:00:00.123 ERROR config_rejected errors=[{line=7 column=3 path=\"policies[0].model\" "
      "what=\"is required\"}, {what=gone}] restart_needed=[server.grpc] flag=true no=null");
}

// What callers and providers write must not pass for what we say.
TEST(LogTextTest, AModelCannotForgeTheRestOfTheLine) {
  const std::string model = "x -> prod/gpt-4o OK 1 ms\n12:00:00.124 ERROR stopped reason=\"gone\"";
  const std::string line = Line(R"("event":"call","method":"Chat","model":)" + Json(model) +
                                R"(,"code":"INVALID_ARGUMENT","ms":1)");
  EXPECT_EQ(line,
            "12:00:00.123 INFO  call Chat \"x -> prod/gpt-4o OK 1 ms\\n12:00:00.124 ERROR stopped "
            "reason=\\\"gone\\\"\" INVALID_ARGUMENT 1.0 ms");
}

TEST(LogTextTest, NoValueHoldsControlsOrTurnsTheText) {
  std::string hostile;
  for (int c = 1; c < 0x20; ++c) hostile += static_cast<char>(c);
  hostile += "\x7f\u0080\u009b\u2028\u2029\u202e\u2066\u200b\ufeff\U000e0041 é 漢 😀";
  const std::string line = Line(
      R"("event":"call","method":"Chat","request_id":)" + Json(hostile) + R"(,"model":)" + Json(hostile) +
      R"(,"code":"OK","message":)" + Json(hostile) + R"(,"skipped":[{"endpoint":)" + Json(hostile) +
      R"(,"reason":)" + Json(hostile) + R"(,"detail":)" + Json(hostile) + R"(}],"attempts":[{"endpoint":)" +
      Json(hostile) + R"(,"failure":"stalled","provider_code":)" + Json(hostile) + R"(,"message":)" +
      Json(hostile) + R"(,"dropped":[)" + Json(hostile) + R"(]}],"other":{"x":)" + Json(hostile) + "}");
  for (const char c : line) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') << line;
  for (const char* hidden :
       {"\u0080", "\u009b", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041"}) {
    EXPECT_THAT(line, Not(HasSubstr(hidden)));
  }
  EXPECT_THAT(line, HasSubstr(R"(\u0001)"));
  EXPECT_THAT(line, HasSubstr(R"(\t\n)"));
  EXPECT_THAT(line, HasSubstr(R"(\u007f\u0080\u009b\u2028\u2029\u202e\u2066\u200b\ufeff\U000e0041 é 漢 😀")"));
}

TEST(LogTextTest, WhatCannotBeReadIsQuotedWhole) {
  EXPECT_EQ(LogText("\xff\n\"", false), R"("\xff\n\"")");
  EXPECT_EQ(LogText("[1]", false), R"("[1]")");
  EXPECT_EQ(LogText("", false), R"("")");
}

TEST(LogTextTest, ColoursAreForTerminalsOnly) {
  const std::string call =
      R"({"ts":"2026-01-31T12:00:00.123Z","level":"error","event":"call","method":"Chat","model":"m",)"
      R"("code":"UNAVAILABLE","ms":1,"attempts":[{"endpoint":"e","failure":"stalled","ms":1}]})";
  EXPECT_EQ(LogText(call, true),
            "12:00:00.123\033[31m ERROR \033[0mcall Chat m -> e \033[33mstalled\033[0m (1.0 ms) "
            "\033[31mUNAVAILABLE\033[0m 1.0 ms");
  EXPECT_THAT(LogText(call, false), Not(HasSubstr("\033")));
}

TEST(LogValueTest, OnlyPlainWordsGoWithoutQuotes) {
  const auto word = [](std::string_view text) {
    std::string out;
    AppendWord(text, out);
    return out;
  };
  for (const std::string plain : {"gpt-4o", "azure/eu-1", "r:1@x_y+z*~%$#!?&.", "0"})
    EXPECT_EQ(word(plain), plain);
  for (const std::string odd :
       {"", "a b", "a=b", "->", "a,b", "(a)", "[a]", "{a}", "a;b", "é", "'a'", "a|b", "`"}) {
    EXPECT_EQ(word(odd), "\"" + odd + "\"");
  }
}

TEST(LogValueTest, LengthsOfTimeHaveAUnit) {
  const auto millis = [](double value) {
    std::string out;
    AppendMillis(value, " ", out);
    return out;
  };
  EXPECT_EQ(millis(0), "0.0 ms");
  EXPECT_EQ(millis(9.94), "9.9 ms");
  EXPECT_EQ(millis(9.96), "10 ms");
  EXPECT_EQ(millis(9999.4), "9999 ms");
  EXPECT_EQ(millis(9999.6), "10.0 s");
  EXPECT_EQ(millis(-3), "-3.0 ms");
}

}  // namespace
}  // namespace spillway::server
