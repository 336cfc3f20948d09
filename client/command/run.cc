#include "client/command/run.h"

#include <iterator>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/admin_client.h"
#include "client/client.h"
#include "client/command/config_yaml.h"
#include "client/command/output.h"
#include "client/command/render_chat.h"
#include "client/command/render_failure.h"
#include "client/command/render_json.h"
#include "client/command/render_reload.h"
#include "client/command/render_route.h"
#include "client/command/render_targets.h"
#include "client/command/run_stream.h"
#include "client/command/text.h"
#include "client/command/watch_targets.h"

namespace spillway::client {
namespace {

int UsageError(const Streams& streams, const std::string& message) {
  streams.err << "spillway: " << message << '\n';
  return kExitUsage;
}

// Writes the result and returns the exit code.
int PrintResult(const Streams& streams, const std::string& text, bool ok) {
  return Put(streams, text) && ok ? kExitOk : kExitFailed;
}

int PrintJson(const Streams& streams, const Outcome& outcome, const google::protobuf::Message& response) {
  const absl::StatusOr<std::string> json = RenderJson(outcome, response);
  if (json.ok()) return PrintResult(streams, *json, outcome.ok());
  Outcome unsayable;
  unsayable.metadata = outcome.metadata;
  unsayable.status = grpc::Status(grpc::StatusCode::INTERNAL, std::string(json.status().message()));
  return PrintResult(streams, RenderJson(unsayable, response).value(), false);
}

// A command whose result is a message: JSON, or `render(response, options)`, or how it failed.
template <typename Response, typename Render>
int Print(const Streams& streams, const Result<Response>& result, bool json, const ClientOptions& server,
          Listener listener, const Render& render) {
  if (json) return PrintJson(streams, result, result.response);
  if (!result.ok()) {
    streams.err << RenderFailure(result, ReportFor(server, listener, streams.colour_err));
    return kExitFailed;
  }
  return PrintResult(streams, render(result.response, ReportFor(server, listener, streams.colour_out)), true);
}

void AddMessage(v1::ChatRequest& request, v1::Role role, std::string text) {
  v1::Message* message = request.add_messages();
  message->set_role(role);
  message->set_content(std::move(text));
}

struct Runner {
  const Streams& streams;

  int operator()(const ChatCommand& command) const {
    std::string text = command.text;
    if (text == "-") text.assign(std::istreambuf_iterator<char>(streams.in), {});
    if (text.empty()) return UsageError(streams, "TEXT: standard input is empty");
    if (!IsUtf8(text)) return UsageError(streams, "TEXT: standard input is not UTF-8");
    auto client = Client::Connect(command.server);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    v1::ChatRequest request;
    request.set_model(command.model);
    if (!command.system.empty()) AddMessage(request, v1::ROLE_SYSTEM, command.system);
    AddMessage(request, v1::ROLE_USER, std::move(text));
    if (command.stream) return RunStream(streams, command, *client, std::move(request));
    return PrintChat(command, client->Chat(request));
  }

  // The answer first: who pipes it on should not wait for, or be mixed up with, the report.
  int PrintChat(const ChatCommand& command, const Result<v1::ChatResponse>& result) const {
    int code = kExitFailed;
    if (command.json) {
      code = PrintJson(streams, result, result.response);
    } else if (result.ok()) {
      code = PrintResult(streams, RenderAnswer(result.response, streams.out_is_terminal), true);
      // A blank line between them where both are on the screen.
      if (streams.out_is_terminal) streams.err << '\n';
    }
    if (!command.json || command.verbose) {
      ReportOptions options = ReportFor(command.server, Listener::kPublic, streams.colour_err);
      options.verbose = command.verbose;
      streams.err << RenderChatReport(result, options);
    }
    return code;
  }

  int operator()(const RouteCommand& command) const {
    auto client = Client::Connect(command.server);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    v1::RouteRequest request;
    request.set_model(command.model);
    request.set_environment(command.environment);
    return Print(streams, client->Route(request), command.json, command.server, Listener::kPublic,
                 [&](const v1::RouteResponse& response, const ReportOptions& options) {
                   return RenderRoute(command.model, response, options);
                 });
  }

  int operator()(const TargetsCommand& command) const {
    if (command.watch) return WatchTargets(streams, command);
    auto client = AdminClient::Connect(command.admin);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    return Print(streams, client->ListTargets(), command.json, command.admin, Listener::kAdmin,
                 [](const auto& response, const ReportOptions& options) {
                   return RenderTargets(response.targets(), options);
                 });
  }

  int operator()(const SuspendCommand& command) const {
    auto client = AdminClient::Connect(command.admin);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    v1::SuspendTargetRequest request;
    request.set_endpoint(command.endpoint);
    request.set_model(command.model);
    if (command.duration) {
      request.mutable_duration()->set_seconds(command.duration->count() / 1000);
      request.mutable_duration()->set_nanos(static_cast<int>(command.duration->count() % 1000) * 1'000'000);
    }
    return Print(streams, client->SuspendTarget(request), command.json, command.admin, Listener::kAdmin,
                 [](const auto& response, const ReportOptions& options) {
                   return RenderTarget(response.target(), options);
                 });
  }

  int operator()(const ResumeCommand& command) const {
    auto client = AdminClient::Connect(command.admin);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    v1::ResumeTargetRequest request;
    request.set_endpoint(command.endpoint);
    request.set_model(command.model);
    return Print(streams, client->ResumeTarget(request), command.json, command.admin, Listener::kAdmin,
                 [](const auto& response, const ReportOptions& options) {
                   return RenderTarget(response.target(), options);
                 });
  }

  int operator()(const ReloadCommand& command) const {
    auto client = AdminClient::Connect(command.admin);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    return Print(streams, client->ReloadConfig(), command.json, command.admin, Listener::kAdmin,
                 RenderReload);
  }

  int operator()(const ConfigCommand& command) const {
    auto client = AdminClient::Connect(command.admin);
    if (!client.ok()) return UsageError(streams, std::string(client.status().message()));
    return Print(streams, client->GetConfig(), command.json, command.admin, Listener::kAdmin,
                 [](const auto& response, const ReportOptions& options) {
                   return absl::StrCat("# In force at ", OneLine(options.address), ": configuration ",
                                       response.config_hash(), "\n", ConfigYaml(response.config()));
                 });
  }
};

}  // namespace

int Run(const Command& command, const Streams& streams) { return std::visit(Runner{streams}, command); }

}  // namespace spillway::client
