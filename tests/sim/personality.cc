#include "tests/sim/personality.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "tests/sim/fault.h"

namespace spillway::sim {
namespace {

ApiOptions WithName(ApiOptions options, const std::string& name) {
  options.name = name;
  return options;
}

void SetHeader(HttpHeaders& headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&](const auto& header) { return absl::EqualsIgnoreCase(header.first, name); });
  headers.emplace_back(name, value);
}

// Puts an impossible byte pair into the answer's text, or else into its first string.
void BreakUtf8(std::string& body) {
  static constexpr std::string_view kText = "\"content\":\"";
  static constexpr std::string_view kString = "\":\"";
  const std::size_t text = body.find(kText);
  const std::size_t first = body.find(kString);
  const std::size_t at = text != std::string::npos    ? text + kText.size()
                         : first != std::string::npos ? first + kString.size()
                                                      : 0;
  body.insert(at, "\xC3\x28");
}

// The spoiled answers: the API's own, with one thing wrong.
void Spoil(const Step& step, HttpResponse& answer) {
  switch (step.fault) {
    case Fault::kBadJson:
      answer.body.resize(answer.body.size() / 2);
      break;
    case Fault::kInvalidUtf8:
      BreakUtf8(answer.body);
      break;
    case Fault::kEmptyBody:
      answer.body.clear();
      break;
    case Fault::kOversizedHeader:
      answer.headers.emplace_back("x-padding", std::string(step.header_bytes, 'x'));
      break;
    default:
      break;
  }
}

// What the step says over what the fault or the API said.
void Override(const Step& step, const ProviderApi& api, HttpResponse& answer) {
  if (step.status) {
    answer.status = *step.status;
    if (step.fault == Fault::kOk && *step.status >= 400) answer.body = api.ErrorBody(*step.status);
  }
  if (step.body) answer.body = *step.body;
  if (!step.retry_after.empty()) SetHeader(answer.headers, "retry-after", step.retry_after);
  if (!step.retry_after_ms.empty()) SetHeader(answer.headers, "retry-after-ms", step.retry_after_ms);
  for (const auto& [name, value] : step.headers) SetHeader(answer.headers, name, value);
}

bool HasStatusLine(Delivery delivery) {
  return delivery != Delivery::kSilence && delivery != Delivery::kReset && delivery != Delivery::kGarbage;
}

}  // namespace

Personality::Personality(PersonalityConfig config, RequestLog* log)
    : config_(std::move(config)),
      api_(MakeApi(config_.api, WithName(config_.api_options, config_.name))),
      log_(log),
      script_(config_.script) {}

Step Personality::NextStep() {
  const std::lock_guard lock(mutex_);
  return script_.Next();
}

Reply Personality::Answer(const Step& step, const Request& request) {
  Reply reply;
  reply.plan = step.plan;
  reply.answer = TraitsOf(step.fault).is_error_answer
                     ? api_->Fail(step, request)
                     : api_->Respond(request, std::chrono::system_clock::now());
  Override(step, *api_, reply.answer);
  Spoil(step, reply.answer);
  return reply;
}

Reply Personality::Handle(Request request) {
  const Step step = api_->IsChat(request) ? NextStep() : Step{};
  Reply reply = Answer(step, request);
  const bool answered = HasStatusLine(step.plan.delivery);
  LogEntry entry;
  entry.time = std::chrono::system_clock::now();
  entry.personality = config_.name;
  entry.fault = TraitsOf(step.fault).name;
  entry.status = answered ? reply.answer.status : 0;
  if (answered) entry.answer = reply.answer.body;
  entry.request = std::move(request);
  reply.ticket = log_->Add(std::move(entry));
  return reply;
}

void Personality::Done(std::uint64_t ticket, const Outcome& outcome) { log_->Finish(ticket, outcome); }

void Personality::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

}  // namespace spillway::sim
