#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/sim/json_reader.h"
#include "tests/sim/script.h"
#include "tests/sim/stream.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60 * 1000;
constexpr std::int64_t kMostBytes = 64 * 1024 * 1024;

json::value ShortValue(std::string_view text) {
  const absl::string_view view(text.data(), text.size());
  std::int64_t integer = 0;
  double number = 0;
  if (absl::SimpleAtoi(view, &integer)) return integer;
  if (absl::SimpleAtod(view, &number)) return number;
  if (text == "true" || text == "false") return text == "true";
  return json::string(text.data(), text.size());
}

// A hint may be a number or, as HTTP has it, any text.
std::string ReadHint(ObjectReader& reader, std::string_view key) {
  const json::value* value = reader.Any(key);
  if (value == nullptr) return "";
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_double()) return absl::StrCat(value->get_double());
  if (value->is_int64()) return absl::StrCat(value->get_int64());
  throw InvalidConfig(reader.PathOf(key) + ": must be a number or a string");
}

bool IsOneOfFaults(Fault fault, std::initializer_list<Fault> faults) {
  return std::find(faults.begin(), faults.end(), fault) != faults.end();
}

// What the fault's name implies, before the step's own fields have their say.
void ApplyFault(Fault fault, Step& step) {
  step.fault = fault;
  step.plan.delivery = TraitsOf(fault).delivery;
  if (fault == Fault::kResetAfterHeaders) step.plan.abort = true;
  if (fault == Fault::kClose) step.plan.close = true;
  if (IsOneOfFaults(fault, {Fault::kCut, Fault::kStall, Fault::kStallPings})) step.plan.bytes = 20;
  if (fault == Fault::kPingsFirst) step.plan.delay = std::chrono::milliseconds(50);
  if (fault == Fault::kSlow) {
    step.plan.bytes = 16;
    step.plan.pause = std::chrono::milliseconds(10);
  }
}

void ReadFault(ObjectReader& reader, Step& step) {
  const std::optional<std::string> name = reader.String("fault");
  if (!name) return;
  const FaultTraits* traits = FaultFromName(*name);
  if (traits == nullptr) {
    throw InvalidConfig(absl::StrCat(reader.PathOf("fault"), ": no fault is called \"", *name,
                                     "\"; known are: ", FaultNames()));
  }
  ApplyFault(traits->fault, step);
}

void ReadAnswer(ObjectReader& reader, Step& step) {
  if (const auto status = reader.Integer("status", 100, 999)) step.status = static_cast<int>(*status);
  if (const json::value* body = reader.Any("body")) {
    step.body = body->is_string() ? std::string(body->get_string()) : json::serialize(*body);
  }
  if (auto headers = reader.StringMap("headers")) step.headers = std::move(*headers);
  if (const std::optional<std::string> form = reader.String("echo")) {
    step.echo = EchoFormFromName(*form);
    if (step.echo == EchoForm::kNone) {
      throw InvalidConfig(
          reader.PathOf("echo") +
          ": must be \"raw\", \"base64\", \"url\", \"hex\", \"head\", \"masked\" or \"dotted\"");
    }
  }
  step.retry_after = ReadHint(reader, "retry_after");
  step.retry_after_ms = ReadHint(reader, "retry_after_ms");
}

void ReadStream(ObjectReader& reader, Step& step) {
  if (const auto after = reader.Integer("after", 0, kMostTokens))
    step.after = static_cast<std::size_t>(*after);
  if (const auto tokens = reader.Integer("tokens", 1, kMostTokens))
    step.tokens = static_cast<std::size_t>(*tokens);
  const std::optional<std::string> name = reader.String("class");
  if (!name) return;
  const FaultTraits* traits = FaultFromName(*name);
  const bool has_words = traits != nullptr && traits->is_error_answer &&
                         !IsOneOfFaults(traits->fault, {Fault::kBadGateway, Fault::kErrorIn200});
  if (!has_words) {
    throw InvalidConfig(
        absl::StrCat(reader.PathOf("class"), ": must be the fault of an error answer, not \"", *name, "\""));
  }
  step.error_class = traits->fault;
}

void ReadPlan(ObjectReader& reader, Step& step) {
  using std::chrono::milliseconds;
  WirePlan& plan = step.plan;
  if (const auto delay = reader.Integer("delay_ms", 0, kDay)) plan.delay = milliseconds(*delay);
  if (const auto pause = reader.Integer("pause_ms", 0, kDay)) plan.pause = milliseconds(*pause);
  if (const auto abort = reader.Bool("abort")) plan.abort = *abort;
  if (const auto chunked = reader.Bool("chunked")) plan.chunked = *chunked;
  if (const auto close = reader.Bool("close")) plan.close = *close;
  if (const auto bytes = reader.Integer("bytes", 0, kMostBytes)) {
    plan.bytes = static_cast<std::size_t>(*bytes);
    step.header_bytes = plan.bytes;
    step.cuts_bytes = true;
  }
  ReadStream(reader, step);
  if (plan.delivery == Delivery::kSlow && plan.bytes == 0) {
    throw InvalidConfig(reader.PathOf("bytes") + ": a slow body needs chunks of at least 1 byte");
  }
}

Step ParseStep(const json::value& value, const std::string& path);

void ReadChoices(ObjectReader& reader, Step& step) {
  const json::value* choices = reader.Any("one_of");
  if (choices == nullptr) return;
  const std::string path = reader.PathOf("one_of");
  if (!choices->is_array() || choices->get_array().empty())
    throw InvalidConfig(path + ": must be a list of steps");
  double sum = 0;
  for (const json::value& choice : choices->get_array()) {
    step.one_of.push_back(ParseStep(choice, absl::StrCat(path, "[", step.one_of.size(), "]")));
    sum += step.one_of.back().percent;
  }
  if (sum > 100) throw InvalidConfig(path + ": the percents add up to more than 100");
}

Step ParseStep(const json::value& value, const std::string& path) {
  if (value.is_string()) {
    const std::string text(value.get_string());
    return ParseStep(ExpandShortStep(text, path), path);
  }
  ObjectReader reader(value, path);
  Step step;
  ReadFault(reader, step);
  ReadAnswer(reader, step);
  ReadPlan(reader, step);
  ReadChoices(reader, step);
  if (const auto times = reader.Integer("times", 1, INT64_MAX))
    step.times = static_cast<std::uint64_t>(*times);
  if (const auto percent = reader.Number("percent", 0, 100)) step.percent = *percent;
  reader.RefuseUnknownKeys();
  return step;
}

std::vector<Step> ParseSteps(const json::value& value, const std::string& path) {
  if (!value.is_array()) return {ParseStep(value, path)};
  std::vector<Step> steps;
  for (const json::value& item : value.get_array()) {
    steps.push_back(ParseStep(item, absl::StrCat(path, "[", steps.size(), "]")));
  }
  return steps;
}

Then ParseThen(const std::string& name, const std::string& path) {
  if (name == "repeat") return Then::kRepeatLast;
  if (name == "ok") return Then::kOk;
  if (name == "cycle") return Then::kCycle;
  throw InvalidConfig(path + ": must be \"repeat\", \"ok\" or \"cycle\"");
}

}  // namespace

json::value ExpandShortStep(std::string_view text, const std::string& path) {
  const std::vector<std::string> words = absl::StrSplit(absl::string_view(text.data(), text.size()), ':');
  json::object step{{"fault", words[0]}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string key = words[i].substr(0, equals);
    if (key.empty()) throw InvalidConfig(absl::StrCat(path, ": \"", words[i], "\" must be KEY=VALUE"));
    step[key] = equals == std::string::npos ? json::value(true) : ShortValue(words[i].substr(equals + 1));
  }
  return step;
}

Script ScriptFromJson(const json::value& value, const std::string& path) {
  const json::object* object = value.if_object();
  if (object == nullptr || !object->contains("steps")) return Script(ParseSteps(value, path));
  ObjectReader reader(value, path);
  std::vector<Step> steps = ParseSteps(*reader.Any("steps"), reader.PathOf("steps"));
  const Then then = ParseThen(reader.String("then").value_or("repeat"), reader.PathOf("then"));
  const std::int64_t seed = reader.Integer("seed", 0, INT64_MAX).value_or(1);
  reader.RefuseUnknownKeys();
  return Script(std::move(steps), then, static_cast<std::uint64_t>(seed));
}

Script ParseScript(std::string_view text, const std::string& path) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && std::string_view("[{\"").find(text[first]) != std::string::npos;
  return is_json ? ScriptFromJson(ParseJson(text, path), path)
                 : ScriptFromJson(ExpandShortStep(text, path), path);
}

}  // namespace spillway::sim
