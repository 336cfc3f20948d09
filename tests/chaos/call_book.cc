#include "tests/chaos/call_book.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"

namespace spillway::chaos {
namespace json = boost::json;
namespace {

double Millis(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// FAILURE_RATE_LIMITED as the metrics have it: "rate_limited"; a success is "ok".
std::string OutcomeOf(const v1::Attempt& attempt) {
  if (attempt.failure() == v1::FAILURE_UNSPECIFIED) return "ok";
  return absl::AsciiStrToLower(
      v1::Failure_Name(attempt.failure()).substr(std::string_view("FAILURE_").size()));
}

json::array AttemptsOf(const v1::RouteTrace& route) {
  json::array attempts;
  for (const v1::Attempt& attempt : route.attempts()) {
    const double latency = static_cast<double>(attempt.latency().seconds()) * 1e3 +
                           static_cast<double>(attempt.latency().nanos()) / 1e6;
    attempts.push_back(json::object{{"endpoint", attempt.target().endpoint()},
                                    {"model", attempt.target().model()},
                                    {"outcome", OutcomeOf(attempt)},
                                    {"http_status", attempt.http_status()},
                                    {"ms", latency}});
  }
  return attempts;
}

std::string CodeOf(const grpc::Status& status) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code()));
}

json::object ToJson(const CallRecord& record, Clock::time_point start) {
  json::object line{{"call", record.call},
                    {"kind", NameOf(record.kind)},
                    {"model", record.model},
                    {"due_ms", Millis(record.due - start)},
                    {"ms", Millis(record.end - record.due)},
                    {"code", CodeOf(record.status)},
                    {"verdict", NameOf(record.verdict)},
                    {"policy", record.route.policy()},
                    {"served_by", record.route.served_by().endpoint()},
                    {"resets", record.resets},
                    {"attempts", AttemptsOf(record.route)}};
  if (!record.status.ok()) {
    line["reason"] = record.reason;
    line["message"] = record.status.error_message();
  }
  return line;
}

json::object ToJson(const std::map<std::string, std::uint64_t>& counts) {
  json::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

}  // namespace

std::string_view NameOf(CallKind kind) {
  switch (kind) {
    case CallKind::kUnary:
      return "unary";
    case CallKind::kStream:
      return "stream";
    case CallKind::kPlainStream:
      return "plain_stream";
  }
  return "";
}

CallBook::CallBook(const std::string& path, Clock::time_point start) : start_(start), calls_(path) {
  if (!calls_) throw std::runtime_error("--calls: cannot write " + path);
}

void CallBook::Begin(std::chrono::nanoseconds lag) {
  const std::lock_guard lock(mutex_);
  ++sent_;
  ++in_flight_;
  ++sent_this_second_;
  longest_lag_ = std::max(longest_lag_, lag);
}

void CallBook::End(const CallRecord& record) {
  const std::string line = json::serialize(ToJson(record, start_));
  const std::string verdict(NameOf(record.verdict));
  const std::lock_guard lock(mutex_);
  calls_ << line << '\n';
  --in_flight_;
  ++verdicts_[verdict];
  ++verdicts_this_second_[verdict];
  ++codes_[CodeOf(record.status)];
  millis_this_second_.push_back(Millis(record.end - record.due));
  ended_.notify_all();
}

std::string CallBook::Second(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  json::object line{{"second", number},
                    {"sent", std::exchange(sent_this_second_, 0)},
                    {"in_flight", in_flight_},
                    {"verdicts", ToJson(std::exchange(verdicts_this_second_, {}))}};
  std::vector<double> millis = std::exchange(millis_this_second_, {});
  std::sort(millis.begin(), millis.end());
  if (!millis.empty()) line["p99_ms"] = millis[(millis.size() * 99 - 1) / 100];
  return json::serialize(line);
}

std::string CallBook::Summary() {
  const std::lock_guard lock(mutex_);
  calls_.flush();
  return json::serialize(json::object{{"sent", sent_},
                                      {"unfinished", in_flight_},
                                      {"verdicts", ToJson(verdicts_)},
                                      {"codes", ToJson(codes_)},
                                      {"longest_lag_ms", Millis(longest_lag_)}});
}

std::uint64_t CallBook::AwaitAll(std::chrono::seconds timeout) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, timeout, [this] { return in_flight_ == 0; });
  return in_flight_;
}

bool CallBook::clean() {
  const std::lock_guard lock(mutex_);
  const auto is_fine = [](const auto& count) { return count.first == "whole" || count.first == "broken"; };
  return in_flight_ == 0 && sent_ > 0 && std::all_of(verdicts_.begin(), verdicts_.end(), is_fine);
}

}  // namespace spillway::chaos
