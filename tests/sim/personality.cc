#include "tests/sim/personality.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "tests/sim/fault.h"
#include "tests/sim/stream_fault.h"

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

// How much of a stream the log is given.
constexpr std::size_t kMostLogged = 64 * 1024;

// The spoiled answers: the API's own, with one thing wrong.
void Spoil(const Step& step, HttpResponse& answer) {
  switch (step.fault) {
    case Fault::kBadJson:
    case Fault::kGarbageEvent:
      answer.body.resize(answer.body.size() / 2);
      break;
    case Fault::kInvalidUtf8:
      InsertInvalidUtf8(answer.body);
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

// What the step says over what the fault or the API said. A stream gives way to a body.
void Override(const Step& step, const ProviderApi& api, ApiAnswer& given) {
  HttpResponse& answer = given.http;
  if (step.status) {
    answer.status = *step.status;
    if (step.fault == Fault::kOk && *step.status >= 400) {
      answer.body = api.ErrorBody(*step.status);
      if (given.stream) SetHeader(answer.headers, "content-type", "application/json");
      given.stream.reset();
    }
  }
  if (step.body) {
    answer.body = *step.body;
    given.stream.reset();
  }
  if (!step.retry_after.empty()) SetHeader(answer.headers, "retry-after", step.retry_after);
  if (!step.retry_after_ms.empty()) SetHeader(answer.headers, "retry-after-ms", step.retry_after_ms);
  for (const auto& [name, value] : step.headers) SetHeader(answer.headers, name, value);
}

// The credential that `request` has shown, where the step wants it told.
void Echo(const Step& step, const std::string& credential, HttpResponse& answer) {
  const bool error = TraitsOf(step.fault).is_error_answer || answer.status >= 400;
  if (error && !step.body) TellInError(credential, answer.body);
  FillIn(credential, answer.body);
  for (auto& header : answer.headers) FillIn(credential, header.second);
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

// An error in mid-answer has a form of its own in streams only.
ApiAnswer Personality::FromApi(const Step& step, const Request& request) {
  if (TraitsOf(step.fault).is_error_answer) return api_->Fail(step, request);
  ApiAnswer answer =
      api_->Respond(request, {.now = std::chrono::system_clock::now(), .tokens = step.tokens.value_or(0)});
  if (step.fault != Fault::kErrorEvent || answer.stream || answer.http.status != 200) return answer;
  Step whole = step;
  whole.fault = Fault::kErrorIn200;
  return api_->Fail(whole, request);
}

Reply Personality::Answer(const Step& step, const Request& request) {
  ApiAnswer given = FromApi(step, request);
  Override(step, *api_, given);
  const std::string told =
      step.echo == EchoForm::kNone ? "" : InEchoForm(PresentedCredential(request), step.echo);
  if (!told.empty()) Echo(step, told, given.http);
  Spoil(step, given.http);
  Reply reply;
  reply.plan = step.plan;
  reply.answer = std::move(given.http);
  if (!given.stream) return reply;
  StreamWords words;
  if (step.fault == Fault::kErrorEvent) {
    words.error = api_->StreamError(step, request);
    if (!told.empty()) words.error = api_->TellInEvent(words.error, told);
  }
  if (step.fault == Fault::kInvalidUtf8) words.invalid_utf8 = api_->BreakUtf8(FirstToken(*given.stream));
  reply.stream = WithFault(*std::move(given.stream), step, words);
  // The head does not wait for the pings.
  if (step.fault == Fault::kPingsFirst) reply.plan.delay = std::chrono::milliseconds(0);
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
  entry.is_stream = reply.stream.has_value();
  if (answered) entry.answer = reply.stream ? reply.stream->bytes.substr(0, kMostLogged) : reply.answer.body;
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
