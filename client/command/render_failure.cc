#include "client/command/render_failure.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/command/render_reload.h"
#include "client/command/render_trace.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

using grpc::StatusCode;

// Why, as the server says it for programs; empty where it does not.
std::string ReasonOf(const Outcome& outcome) {
  return outcome.details.error_info ? outcome.details.error_info->reason() : "";
}

// Where the reason says more than the code; empty where it does not.
std::string ReasonInWords(const Outcome& outcome) {
  const std::string reason = ReasonOf(outcome);
  const bool invalid = outcome.status.error_code() == StatusCode::INVALID_ARGUMENT;
  if (reason == "REFUSED_BY_PROVIDER" && !invalid)
    return "the provider refused, and the policy does not spill on that";
  if (reason == "ALL_TARGETS_SUSPENDED") return "every target is suspended";
  if (reason == "ALL_TARGETS_SATURATED") return "every target has as many calls as it may have at once";
  if (reason == "STREAM_BROKEN") return "the answer broke off: what came of it is not the whole";
  if (reason == "RETRY_BUDGET_SPENT") return "a target failed, and the policy's retry budget is spent";
  return "";
}

std::string InWords(const Outcome& outcome, bool admin) {
  if (std::string words = ReasonInWords(outcome); !words.empty()) return words;
  const bool routed = outcome.details.route.has_value();
  switch (outcome.status.error_code()) {
    case StatusCode::CANCELLED:
      return "the call was cancelled";
    case StatusCode::INVALID_ARGUMENT:
      return "the request was refused as invalid";
    case StatusCode::DEADLINE_EXCEEDED:
      return "the time for the call ran out";
    case StatusCode::NOT_FOUND:
      return "not found";
    case StatusCode::PERMISSION_DENIED:
      return "not allowed";
    case StatusCode::RESOURCE_EXHAUSTED:
      return routed ? "no target could answer: rate limited or out of quota" : "rate limited or out of quota";
    case StatusCode::FAILED_PRECONDITION:
      return "not possible as things stand";
    case StatusCode::UNIMPLEMENTED:
      return "the server at this address does not know this call";
    case StatusCode::INTERNAL:
    case StatusCode::UNKNOWN:
    case StatusCode::DATA_LOSS:
      return "something went wrong that should not";
    case StatusCode::UNAVAILABLE:
      return routed ? "no target could answer" : "the server is not available";
    case StatusCode::UNAUTHENTICATED:
      return admin ? "the operator's key is missing or wrong" : "the caller's key is missing or wrong";
    default:
      return "the call failed";
  }
}

std::string KeyAdvice(const std::string& reason, bool admin) {
  if (admin) {
    return reason == "UNKNOWN_KEY" ? "is it the whole key, and its SHA-256 under `server.admin.keys` in the "
                                     "server's configuration?"
                                   : "give the key in SPILLWAY_ADMIN_KEY or with --admin-key";
  }
  if (reason == "UNKNOWN_KEY")
    return "is it the whole key, and its SHA-256 under `callers` in the server's configuration?";
  return "give the key in SPILLWAY_KEY or with --key";
}

std::vector<std::string> PermissionAdvice(const std::string& reason) {
  constexpr char kAnotherKey[] = "give another key in SPILLWAY_KEY or with --key";
  if (reason == "MODEL_NOT_ALLOWED")
    return {absl::StrCat("the server's configuration lists the caller's models; ", kAnotherKey)};
  if (reason == "ENVIRONMENT_NOT_ALLOWED") return {absl::StrCat("leave --environment out, or ", kAnotherKey)};
  return {};
}

// What the reader can do about it; empty when the rest of the report says it.
std::vector<std::string> Advice(const Outcome& outcome, const ReportOptions& options) {
  if (ReasonOf(outcome) == "STREAM_BROKEN") {
    return {"with --allow-reset another target may begin the answer anew"};
  }
  const bool admin = options.listener == Listener::kAdmin;
  switch (outcome.status.error_code()) {
    case StatusCode::DEADLINE_EXCEEDED:
      if (admin) return {absl::StrCat("--timeout is ", Setting(options.timeout))};
      return {absl::StrCat("--timeout is ", Setting(options.timeout),
                           "; `spillway route` shows what the policy allows each attempt")};
    case StatusCode::UNAUTHENTICATED:
      return {KeyAdvice(ReasonOf(outcome), admin)};
    case StatusCode::PERMISSION_DENIED:
      return PermissionAdvice(ReasonOf(outcome));
    case StatusCode::UNIMPLEMENTED:
      return {absl::StrCat(options.address, " is not ",
                           admin ? "an admin listener: --admin is for server.admin.grpc_address"
                                 : "a public listener: --server is for server.grpc.address")};
    case StatusCode::RESOURCE_EXHAUSTED:
      if (admin) return {"each `spillway targets --watch` is one: end those that nobody looks at"};
      return {};
    case StatusCode::INVALID_ARGUMENT:
      return {"the same request will fail again: change it first"};
    default:
      return {};
  }
}

std::string RenderUnreachable(const Outcome& outcome, const ReportOptions& options) {
  const Paint paint(options.colour);
  const bool admin = options.listener == Listener::kAdmin;
  const char* flag = admin ? "--admin" : "--server";
  std::string out =
      Line(paint, "failed", absl::StrCat("cannot reach the Spillway server at ", OneLine(options.address)),
           Tone::kBad);
  out += outcome.status.error_code() == StatusCode::DEADLINE_EXCEEDED
             ? Line(paint, "because", absl::StrCat("no connection within ", Setting(options.timeout)))
             : Line(paint, "because", CauseOf(outcome));
  out += Line(paint, "check",
              absl::StrCat("is spillway-server running, with ",
                           admin ? "server.admin.grpc_address" : "server.grpc.address", " at this address?"));
  out += Line(paint, "",
              absl::StrCat("another address: ", flag, " HOST:PORT or ",
                           admin ? "SPILLWAY_ADMIN" : "SPILLWAY_SERVER", "=HOST:PORT"));
  out += Line(paint, "",
              options.tls ? "does the server speak TLS, under an authority that --tls-ca names?"
                          : "if the server speaks TLS: --tls or --tls-ca FILE");
  return out;
}

}  // namespace

// gRPC wraps the cause: "failed to connect to all addresses; last error: UNKNOWN:
// ipv4:127.0.0.1:9: Failed to connect to remote host: Connection refused".
std::string CauseOf(const Outcome& outcome) {
  const std::string message = outcome.status.error_message();
  if (absl::StrContains(message, "DNS resolution failed")) return "its name does not resolve (DNS)";
  for (const char* before : {"Failed to connect to remote host: ", "last error: "}) {
    const std::string::size_type at = message.rfind(before);
    if (at != std::string::npos) return OneLine(message.substr(at + std::string_view(before).size()));
  }
  return OneLine(message);
}

std::string RenderMetadata(const Metadata& metadata, const Paint& paint) {
  std::string out;
  for (const auto& [name, value] : metadata) {
    out += Line(paint, out.empty() ? "metadata" : "", absl::StrCat(name, ": ", OneLine(value)));
  }
  return out;
}

std::string RenderFailure(const Outcome& outcome, const ReportOptions& options) {
  if (outcome.unreachable) return RenderUnreachable(outcome, options);
  if (IsRejectedConfig(outcome)) return RenderRejectedConfig(outcome, options);
  const Paint paint(options.colour);
  const ErrorDetails& details = outcome.details;
  std::string out = Line(paint, "failed",
                         absl::StrCat(InWords(outcome, options.listener == Listener::kAdmin), " (",
                                      CodeName(outcome.status.error_code()), ")"),
                         Tone::kBad);
  const std::string message = OneLine(outcome.status.error_message());
  if (!message.empty()) out += Line(paint, "", message);
  for (const auto& violation : details.violations) {
    out += Line(paint, "",
                absl::StrCat("- ", OneLine(violation.field()), ": ", OneLine(violation.description())));
  }
  if (const std::string reason = ReasonOf(outcome); !reason.empty()) {
    out += Line(paint, "reason", OneLine(reason));
  }
  if (details.route) {
    if (!details.route->policy().empty()) out += Line(paint, "policy", OneLine(details.route->policy()));
    out += RenderTrace(*details.route, options);
  }
  if (details.retry_delay) {
    out += Line(paint, "retry", absl::StrCat("in ", Wait(absl::FromChrono(*details.retry_delay))));
  }
  for (const std::string& advice : Advice(outcome, options)) out += Line(paint, "check", advice);
  if (options.verbose) out += RenderMetadata(outcome.metadata, paint);
  return out;
}

}  // namespace spillway::client
