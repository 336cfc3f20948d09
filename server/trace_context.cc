#include "server/trace_context.h"

#include <algorithm>
#include <optional>

#include "server/random_bits.h"

namespace spillway::server {
namespace {

// 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
constexpr std::size_t kSize = 55;
constexpr std::size_t kTraceId = 3;
constexpr std::size_t kSpanId = 36;
constexpr std::size_t kFlags = 53;

// Those that are defined. An unknown one is not passed on: it may promise what we do not keep.
constexpr std::uint8_t kKnownFlags = 0x03;

// `text` is at most 16 digits. The standard has lower case only.
std::optional<std::uint64_t> FromHex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    std::uint64_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint64_t>(c - 'a') + 10;
    } else {
      return std::nullopt;
    }
    value = value << 4 | digit;
  }
  return value;
}

void ToHex(std::uint64_t value, char* out, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

// A later version may have more fields at its end, and is read as far as this one goes.
bool HasForm(std::string_view text) {
  if (text.size() < kSize || text[2] != '-' || text[kSpanId - 1] != '-' || text[kFlags - 1] != '-') {
    return false;
  }
  const std::string_view version = text.substr(0, 2);
  if (!FromHex(version) || version == "ff") return false;
  return text.size() == kSize || (version != "00" && text[kSize] == '-');
}

// False, and nothing is said: it is not to be read.
bool Read(std::string_view text, TraceContext& trace) {
  if (!HasForm(text)) return false;
  const auto high = FromHex(text.substr(kTraceId, 16));
  const auto low = FromHex(text.substr(kTraceId + 16, 16));
  const auto parent = FromHex(text.substr(kSpanId, 16));
  const auto flags = FromHex(text.substr(kFlags, 2));
  if (!high || !low || !parent || !flags) return false;
  if ((*high | *low) == 0 || *parent == 0) return false;
  trace.high = *high;
  trace.low = *low;
  trace.parent = *parent;
  trace.flags = static_cast<std::uint8_t>(*flags & kKnownFlags);
  return true;
}

SpanId NewSpan() {
  for (;;) {
    if (const SpanId span = RandomBits(); span != 0) return span;
  }
}

// The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t Mix(std::uint64_t bits) {
  bits = (bits ^ bits >> 30U) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ bits >> 27U) * 0x94D049BB133111EBU;
  return bits ^ bits >> 31U;
}

}  // namespace

TraceContext BeginTrace(std::string_view traceparent, std::size_t count) {
  TraceContext trace;
  trace.asked = count > 0;
  trace.span = NewSpan();
  if (count == 1 && Read(traceparent, trace)) return trace;
  trace.high = RandomBits();
  trace.low = NewSpan();
  return trace;
}

SpanId SpanOfAttempt(const TraceContext& trace, std::size_t attempt) {
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;
  const SpanId span = Mix(trace.span + (attempt + 1) * kStep);
  return span == 0 ? 1 : span;
}

FixedText<32> TraceIdText(const TraceContext& trace) {
  FixedText<32> text;
  ToHex(trace.high, text.chars.data(), 16);
  ToHex(trace.low, text.chars.data() + 16, 16);
  return text;
}

FixedText<16> SpanIdText(SpanId span) {
  FixedText<16> text;
  ToHex(span, text.chars.data(), 16);
  return text;
}

FixedText<55> TraceparentOf(const TraceContext& trace, SpanId span) {
  FixedText<55> text;
  char* const out = text.chars.data();
  std::copy_n("00-", 3, out);
  ToHex(trace.high, out + kTraceId, 16);
  ToHex(trace.low, out + kTraceId + 16, 16);
  out[kSpanId - 1] = '-';
  ToHex(span, out + kSpanId, 16);
  out[kFlags - 1] = '-';
  ToHex(trace.flags, out + kFlags, 2);
  return text;
}

}  // namespace spillway::server
