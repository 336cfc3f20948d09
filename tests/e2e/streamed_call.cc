#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

std::map<std::string, std::string> Copy(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  std::map<std::string, std::string> copy;
  for (const auto& [name, value] : metadata) {
    copy[std::string(name.data(), name.size())] = std::string(value.data(), value.size());
  }
  return copy;
}

void Take(const v1::ChatEvent& event, StreamedCall& call) {
  call.events.push_back(event);
  if (event.has_delta() && event.delta().choice_index() == 0) call.text += event.delta().content();
  if (event.has_usage()) call.usage = event.usage();
  if (event.has_finish()) call.finishes.push_back(event.finish());
  if (event.has_reset()) {
    call.resets.push_back(event.reset());
    call.text.clear();
  }
}

}  // namespace

StreamedCall CallStreamed(const std::shared_ptr<grpc::Channel>& channel, const v1::ChatRequest& request,
                          std::optional<std::chrono::milliseconds> timeout) {
  StreamedCall call;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout.value_or(std::chrono::seconds(20)));
  const auto stub = v1::RouterService::NewStub(channel);
  const auto reader = stub->StreamChat(&context, request);
  v1::ChatEvent event;
  while (reader->Read(&event)) Take(event, call);
  call.status = reader->Finish();
  call.initial = Copy(context.GetServerInitialMetadata());
  call.trailers = Copy(context.GetServerTrailingMetadata());
  call.details = client::ParseErrorDetails(call.status.error_details());
  return call;
}

}  // namespace spillway::e2e
