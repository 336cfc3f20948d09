// Where a call stands in its caller's distributed trace: W3C Trace Context
// (https://www.w3.org/TR/trace-context/).
//
//   caller's span ─▶ the call's span ─┬▶ first attempt's span ─▶ provider
//                                     └▶ second attempt's span ─▶ provider
//
// A caller that sends no `traceparent`, or none that can be read, has its call begin a trace of its own.
// Values without heap memory; the functions are thread-safe.
#ifndef SPILLWAY_SERVER_TRACE_CONTEXT_H_
#define SPILLWAY_SERVER_TRACE_CONTEXT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::server {

inline constexpr char kTraceparent[] = "traceparent";

// 0: none.
using SpanId = std::uint64_t;

struct TraceContext {
  // The trace's id: both 0 where there is no trace.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // The call's own.
  SpanId span = 0;
  // The caller's; 0 in a trace that begins here.
  SpanId parent = 0;
  // The caller's `sampled` and `random`; 0 in a trace that begins here.
  std::uint8_t flags = 0;
  // The caller sent a `traceparent`, if only one that cannot be read: the answer says which trace it is in.
  bool asked = false;

  bool empty() const { return (high | low) == 0; }
};

// Text of a fixed length, with its memory.
template <std::size_t kSize>
struct FixedText {
  std::array<char, kSize> chars;
  std::string_view view() const { return {chars.data(), kSize}; }
};

// A call's, from the value of its `traceparent` and how often it came. Several make a new trace: which of
// them is meant nobody can tell.
TraceContext BeginTrace(std::string_view traceparent, std::size_t count);

// Of the call's attempt at that place, from 0. Follows from the call's own, so that nobody need keep it;
// looks as random, and is never 0.
SpanId SpanOfAttempt(const TraceContext& trace, std::size_t attempt);

// In lower-case hex.
FixedText<32> TraceIdText(const TraceContext& trace);
FixedText<16> SpanIdText(SpanId span);

// The header for whoever is called from `span`.
FixedText<55> TraceparentOf(const TraceContext& trace, SpanId span);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TRACE_CONTEXT_H_
