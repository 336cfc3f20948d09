// The fixed exchange of the benchmark: one chat call of about 1 KB each way, on both sides of a router.
//
// Pure and deterministic; call once at start and keep the result.
#ifndef SPILLWAY_TESTS_BENCH_CANNED_H_
#define SPILLWAY_TESTS_BENCH_CANNED_H_

#include <string>

namespace spillway::bench {

inline constexpr int kMaxTokens = 256;
// What a stream may be long.
inline constexpr int kMaxStreamedTokens = 1'000'000;

// A serialised spillway.v1.ChatRequest for `model`.
std::string CannedChatRequest(const std::string& model, int max_tokens = kMaxTokens);

// A serialised spillway.v1.ChatResponse, saying what answer.json says.
std::string CannedChatResponse();

// The same request as an OpenAI JSON body.
std::string CannedUpstreamBody(int max_tokens = kMaxTokens, const std::string& model = "gpt-4o");

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_CANNED_H_
