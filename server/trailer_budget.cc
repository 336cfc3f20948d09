#include "server/trailer_budget.h"

#include <string_view>
#include <utility>

#include "providers/utf8.h"

namespace spillway::server {
namespace {

constexpr std::string_view kEllipsis = "…";

std::string Cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  if (limit <= kEllipsis.size()) return "";
  return std::string(providers::CutUtf8(text, limit - kEllipsis.size())).append(kEllipsis);
}

}  // namespace

std::string FitMessage(std::string text) { return Cut(std::move(text), kMaxMessageBytes); }

v1::RouteTrace FitTrace(v1::RouteTrace trace) {
  const auto fits = [&] { return trace.ByteSizeLong() <= kMaxTraceBytes; };
  for (const std::size_t limit : {512, 256, 96, 0}) {
    if (fits()) return trace;
    for (v1::Attempt& attempt : *trace.mutable_attempts()) {
      attempt.set_message(Cut(std::move(*attempt.mutable_message()), limit));
    }
  }
  while (!fits() && !trace.skipped().empty()) trace.mutable_skipped()->RemoveLast();
  // The last attempt is the one that decided.
  while (!fits() && trace.attempts_size() > 1) trace.mutable_attempts()->DeleteSubrange(0, 1);
  return trace;
}

}  // namespace spillway::server
