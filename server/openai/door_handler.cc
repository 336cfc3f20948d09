#include "server/openai/door_handler.h"

#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "providers/utf8.h"
#include "server/access_log.h"
#include "server/caller_refusals.h"
#include "server/openai/chat_completion.h"
#include "server/openai/key_header.h"
#include "server/request_id.h"

namespace spillway::server {
namespace {

// Of a URL, or of what stands in one, in an error's text.
constexpr std::size_t kMaxQuoted = 256;

// Fit to be quoted in JSON.
std::string Quotable(std::string_view text) {
  return std::string(providers::CutUtf8(providers::RepairUtf8(text.substr(0, kMaxQuoted)), kMaxQuoted));
}

ErrorAnswer InvalidRequest(int http_status, std::string_view code, std::string message) {
  return {http_status, {std::move(message), "invalid_request_error", "", std::string(code)}};
}

ErrorAnswer UnknownUrl(const IncomingRequest& request) {
  const std::string message =
      absl::StrCat("unknown request URL: ", Quotable(request.method), " ", Quotable(request.path));
  return InvalidRequest(404, "unknown_url", message);
}

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// Whether the body comes as it is: nothing here would unpack it.
bool IsPlain(const HttpHeaders& headers) {
  const std::string* coding = FindHeader(headers, "content-encoding");
  return coding == nullptr || coding->empty() || absl::EqualsIgnoreCase(*coding, "identity");
}

}  // namespace

void DoorHandler::OnRequest(std::shared_ptr<HttpExchange> exchange) {
  const IncomingRequest& request = exchange->request();
  const DoorRoute route = RouteOf(request.path);
  if (route.path == DoorPath::kOther) return Fail(*exchange, route.path, {}, UnknownUrl(request));
  AnswerHead head;
  if (!IsAllowed(request.method, route.path)) {
    const std::string_view allowed = AllowedMethods(route.path);
    head.Add("allow", allowed);
    const std::string message =
        absl::StrCat("this URL takes ", View(allowed), ", not ", Quotable(request.method));
    return Fail(*exchange, route.path, std::move(head), InvalidRequest(405, "method_not_allowed", message));
  }
  if (route.path != DoorPath::kChatCompletions) return TellModels(*exchange, route);
  if (!IsPlain(request.headers)) {
    head.Add("accept-encoding", "identity");
    return Fail(*exchange, route.path, std::move(head),
                InvalidRequest(415, "unsupported_content_encoding", "the body must not be compressed"));
  }
  ServeChatCompletion(context_, std::move(exchange));
}

void DoorHandler::TellModels(HttpExchange& exchange, const DoorRoute& route) {
  const Runtime& runtime = *context_.runner.runtime();
  std::string scratch;
  const Admission admission = runtime.callers().Admit(AuthorizationOf(exchange.request().headers, scratch),
                                                      [&] { return exchange.PeerNames(); });
  if (admission.identity == nullptr) {
    AnswerHead head;
    std::string body =
        RefuseStranger(route, exchange.request().headers, exchange.Peer(), admission.fault, head);
    return exchange.Answer(std::move(head), std::move(body));
  }
  const Identity& caller = *admission.identity;
  std::string body = route.path == DoorPath::kModels ? runtime.models().All(caller)
                                                     : runtime.models().One(route.model, caller);
  if (body.empty()) {
    const std::string message = absl::StrCat("the model '", Quotable(route.model), "' does not exist");
    ErrorAnswer answer = InvalidRequest(404, "model_not_found", message);
    answer.error.param = "model";
    return Fail(exchange, route.path, {}, answer);
  }
  AnswerHead head = JsonHead(200);
  head.Add("x-request-id", RequestIdOf(exchange.request().headers));
  context_.metrics.door().CountRequest(route.path, 200);
  exchange.Answer(std::move(head), std::move(body));
}

// A question for models is no call and leaves no trace in the log; one that may not be asked does, as a call
// would.
std::string DoorHandler::RefuseStranger(const DoorRoute& route, const HttpHeaders& headers,
                                        const std::string& peer, KeyFault fault, AnswerHead& answer) {
  const CallStatus status = Unauthenticated(fault);
  const std::string request_id = RequestIdOf(headers);
  const auto now = std::chrono::steady_clock::now();
  CallInput input;
  input.received = now;
  input.trace = TraceOf(headers);
  context_.metrics.CountUnrouted(std::nullopt, status.code);
  context_.metrics.door().CountRequest(route.path, 401);
  const char* const method =
      route.path == DoorPath::kChatCompletions ? kChatCompletionMethod : "GET /v1/models";
  LogCall(
      {method, request_id, Quotable(route.model), &input, nullptr, status.code, status.message, now, peer});
  answer.Add("x-request-id", request_id);
  if (input.trace.asked) answer.Add(kTraceparent, TraceparentOf(input.trace, input.trace.span).view());
  return WriteError(ErrorAnswerOf(status, nullptr), answer);
}

std::optional<std::string> DoorHandler::Decline(const IncomingRequest& head, const HttpPeer& peer,
                                                AnswerHead& answer) {
  const DoorRoute route = RouteOf(head.path);
  if (route.path == DoorPath::kOther) {
    answer.Add("x-request-id", RequestIdOf(head.headers));
    context_.metrics.door().CountRequest(route.path, 404);
    return WriteError(UnknownUrl(head), answer);
  }
  std::string scratch;
  const Admission admission = context_.runner.runtime()->callers().Admit(
      AuthorizationOf(head.headers, scratch), [&] { return peer.PeerNames(); });
  if (admission.identity != nullptr) return std::nullopt;
  return RefuseStranger(route, head.headers, peer.Peer(), admission.fault, answer);
}

void DoorHandler::Fail(HttpExchange& exchange, DoorPath path, AnswerHead head, const ErrorAnswer& answer) {
  head.Add("x-request-id", RequestIdOf(exchange.request().headers));
  context_.metrics.door().CountRequest(path, answer.http_status);
  AnswerError(exchange, std::move(head), answer);
}

std::string DoorHandler::Refusal(AnswerHead& head, std::string_view message) {
  head.Add("content-type", "application/json");
  head.Add("x-request-id", NewRequestId());
  context_.metrics.door().CountRequest(DoorPath::kOther, head.status);
  return providers::EncodeOpenAiError({std::string(message), "invalid_request_error", "", ""});
}

}  // namespace spillway::server
