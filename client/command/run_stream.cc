#include "client/command/run_stream.h"

#include <ostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "client/command/output.h"
#include "client/command/render_chat.h"
#include "client/command/render_json.h"
#include "client/command/stream_text.h"

namespace spillway::client {
namespace {

// What the report on a whole answer is made of.
void Note(const v1::ChatEvent& event, v1::ChatResponse& response) {
  if (event.has_reset()) response.Clear();
  if (event.has_usage()) *response.mutable_usage() = event.usage();
  if (!event.has_finish()) return;
  const v1::Finish& finish = event.finish();
  v1::Choice& choice = *response.add_choices();
  choice.set_index(finish.choice_index());
  choice.set_finish_reason(finish.finish_reason());
  response.set_model(finish.model());
  if (finish.has_route()) *response.mutable_route() = finish.route();
}

class StreamRun {
 public:
  StreamRun(const Streams& streams, const ChatCommand& command) : streams_(streams), command_(command) {}

  int Run(ChatStream stream) {
    v1::ChatEvent event;
    while (stream.Next(event)) {
      Note(event, result_.response);
      if (!PutEvent(event)) return kExitFailed;
    }
    static_cast<Outcome&>(result_) = stream.Finish();
    if (!PutEnd()) return kExitFailed;
    if (!command_.json || command_.verbose) Report();
    return result_.ok() ? kExitOk : kExitFailed;
  }

 private:
  bool PutEvent(const v1::ChatEvent& event) {
    if (!command_.json) return Put(streams_, text_.Add(event));
    const absl::StatusOr<std::string> json = RenderJsonEvent(event);
    if (json.ok()) return Put(streams_, *json);
    Outcome unsayable;
    unsayable.status = grpc::Status(grpc::StatusCode::INTERNAL, std::string(json.status().message()));
    Put(streams_, RenderJsonEnd(unsayable));
    return false;
  }

  bool PutEnd() { return Put(streams_, command_.json ? RenderJsonEnd(result_) : text_.End(result_.ok())); }

  void Report() {
    ReportOptions options = ReportFor(command_.server, Listener::kPublic, streams_.colour_err);
    options.verbose = command_.verbose;
    options.tokens = true;
    // A blank line between the answer and its report where both are on the screen.
    if (streams_.out_is_terminal) streams_.err << '\n';
    streams_.err << RenderChatReport(result_, options);
  }

  const Streams& streams_;
  const ChatCommand& command_;
  StreamText text_{streams_.out_is_terminal};
  Result<v1::ChatResponse> result_;
};

}  // namespace

int RunStream(const Streams& streams, const ChatCommand& command, const Client& client,
              v1::ChatRequest request) {
  request.mutable_stream_options()->set_include_usage(true);
  request.set_allow_reset(command.allow_reset);
  return StreamRun(streams, command).Run(client.StreamChat(request));
}

}  // namespace spillway::client
