#include "tests/sim/request_log.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/redact.h"

namespace spillway::sim {

RequestLog::RequestLog(std::size_t most_entries, std::size_t most_body_bytes, std::unique_ptr<LogFile> file)
    : most_entries_(most_entries), most_body_bytes_(most_body_bytes), file_(std::move(file)) {}

std::uint64_t RequestLog::Add(LogEntry entry) {
  if (most_entries_ == 0 && file_ == nullptr) return 0;
  entry.request_bytes = entry.request.body.size();
  if (entry.request.body.size() > most_body_bytes_) entry.request.body.resize(most_body_bytes_);
  if (entry.answer.size() > most_body_bytes_) entry.answer.resize(most_body_bytes_);
  RedactCredentials(entry.request, entry.answer);
  const std::lock_guard lock(mutex_);
  entry.seq = ++last_seq_;
  if (file_ != nullptr) file_->Write(entry);
  if (most_entries_ == 0) return last_seq_;
  if (entries_.size() == most_entries_) entries_.pop_front();
  entries_.push_back(std::move(entry));
  changed_.notify_all();
  return last_seq_;
}

void RequestLog::Finish(std::uint64_t seq, const Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  if (file_ != nullptr) file_->WriteEnd(seq, outcome);
  // Entries are consecutive: an index, unless the entry was dropped or cleared.
  if (entries_.empty() || seq < entries_.front().seq) return;
  LogEntry& entry = entries_[static_cast<std::size_t>(seq - entries_.front().seq)];
  entry.done = true;
  entry.done_after = outcome.after;
  if (entry.is_stream) entry.tokens_sent = outcome.tokens;
  if (outcome.peer_closed) entry.peer_closed_after = outcome.after;
  changed_.notify_all();
}

std::vector<LogEntry> RequestLog::Selected(const LogFilter& filter) const {
  std::vector<LogEntry> selected;
  for (const LogEntry& entry : entries_) {
    if (entry.seq <= filter.since) continue;
    if (filter.personality.empty() || entry.personality == filter.personality) selected.push_back(entry);
  }
  return selected;
}

std::vector<LogEntry> RequestLog::Entries(const LogFilter& filter) const {
  const std::lock_guard lock(mutex_);
  return Selected(filter);
}

void RequestLog::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  changed_.notify_all();
}

bool RequestLog::WaitUntil(const std::function<bool(const std::vector<LogEntry>&)>& condition,
                           std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return condition(Selected({})); });
}

}  // namespace spillway::sim
