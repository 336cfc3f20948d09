#include "server/grpc/event_writer.h"

#include <utility>

namespace spillway::server {

bool EventWriter::Push(std::vector<v1::ChatEvent>& events) {
  absl::MutexLock lock(&mutex_);
  if (gone_) return false;
  // All first: what came together goes out together.
  for (v1::ChatEvent& event : events) pending_.Push(std::move(event));
  WriteOn();
  // Full until ReadOn: who was told to wait waits for that, whatever a Push says in between.
  full_ = full_ || pending_.bytes() > kHighWater;
  return !full_;
}

void EventWriter::End() {
  absl::MutexLock lock(&mutex_);
  ended_ = true;
  full_ = false;
  WriteOn();
}

void EventWriter::OnWritten(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) {
    gone_ = true;
    pending_.Clear();
  }
  WriteOn();
  if (full_ && !gone_ && pending_.bytes() <= kHighWater / 2) {
    full_ = false;
    wire_.ReadOn();
  }
}

void EventWriter::WriteOn() {
  if (writing_) return;
  if (pending_.empty()) {
    if (ended_) wire_.Finish();
    return;
  }
  writing_ = true;
  const v1::ChatEvent event = pending_.Pop();
  // gRPC says the end together with the last event, in one go.
  if (ended_ && pending_.empty()) return wire_.WriteLast(event);
  wire_.Write(event);
}

}  // namespace spillway::server
