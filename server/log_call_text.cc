#include "server/log_call_text.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "server/log_value.h"

namespace spillway::server {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 17> kTold = {
    "method",         "model",    "environment",    "code",          "message",           "ms",
    "first_token_ms", "attempts", "skipped",        "prompt_tokens", "completion_tokens", "resets",
    "router_ms",      "span_id",  "parent_span_id", "commit_ms",     "committed_attempt"};

const json::value* Find(const json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

// `before` and the word; nothing if there is none.
void AppendIf(std::string_view before, std::string_view word, std::string& out) {
  if (word.empty()) return;
  out += before;
  AppendWord(word, out);
}

void AppendMessageIf(std::string_view message, std::string& out) {
  if (message.empty()) return;
  out += ": ";
  AppendQuoted(message, out);
}

void AppendValueIf(std::string_view before, const json::object& object, std::string_view name,
                   std::string& out) {
  const json::value* value = Find(object, name);
  if (value == nullptr) return;
  out += before;
  AppendValue(*value, out);
}

void AppendMillisIf(std::string_view before, const json::object& object, std::string_view name,
                    std::string& out) {
  const json::value* value = Find(object, name);
  if (value == nullptr || !value->is_number()) return;
  out += before;
  AppendMillis(value->to_number<double>(), " ", out);
}

// The primary endpoint's target has no model of its own.
void AppendTarget(const json::object& target, std::string& out) {
  AppendWord(TextOf(target, "endpoint"), out);
  AppendIf("/", TextOf(target, "model"), out);
}

void AppendAttempt(const json::object& attempt, bool colour, std::string& out) {
  out += " -> ";
  AppendTarget(attempt, out);
  AppendIf(" as ", TextOf(attempt, "role"), out);
  AppendValueIf(" without ", attempt, "dropped", out);
  const std::string_view failure = TextOf(attempt, "failure");
  if (failure.empty()) return;
  out += ' ';
  AppendInTone(failure, LogTone::kCaution, colour, out);
  out += " (";
  const std::size_t begin = out.size();
  AppendValueIf("", attempt, "http_status", out);
  AppendIf(out.size() > begin ? ", " : "", TextOf(attempt, "provider_code"), out);
  AppendMillisIf(out.size() > begin ? ", " : "", attempt, "ms", out);
  AppendMessageIf(TextOf(attempt, "message"), out);
  out += ')';
}

void AppendSkipped(const json::object& skipped, std::string& out) {
  out += ", skipped ";
  AppendTarget(skipped, out);
  out += " (";
  AppendWord(TextOf(skipped, "reason"), out);
  AppendMessageIf(TextOf(skipped, "detail"), out);
  out += ')';
}

template <class Action>
void ForEach(const json::object& object, std::string_view name, Action action) {
  const json::value* list = Find(object, name);
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& element : list->get_array()) {
    if (element.is_object()) action(element.get_object());
  }
}

}  // namespace

void AppendCall(const json::object& call, bool colour, std::string& out) {
  AppendIf(" ", TextOf(call, "method"), out);
  AppendIf(" ", TextOf(call, "model"), out);
  ForEach(call, "attempts", [&](const json::object& attempt) { AppendAttempt(attempt, colour, out); });
  const std::string_view code = TextOf(call, "code");
  out += ' ';
  AppendInTone(code, code == "OK" ? LogTone::kGood : LogTone::kBad, colour, out);
  AppendMillisIf(" ", call, "ms", out);
  AppendMillisIf(", first token ", call, "first_token_ms", out);
  AppendValueIf(", tokens ", call, "prompt_tokens", out);
  AppendValueIf("+", call, "completion_tokens", out);
  AppendValueIf(", resets ", call, "resets", out);
  ForEach(call, "skipped", [&](const json::object& skipped) { AppendSkipped(skipped, out); });
  AppendMessageIf(TextOf(call, "message"), out);
}

bool IsToldOfCall(std::string_view name) {
  return std::find(kTold.begin(), kTold.end(), name) != kTold.end();
}

}  // namespace spillway::server
