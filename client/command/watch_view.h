// What a watch shows: the targets as they were told last, how long ago things happened, whether the server is
// there.
//
// Pure but for what it has been told; time is an argument. Not thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_WATCH_VIEW_H_
#define SPILLWAY_CLIENT_COMMAND_WATCH_VIEW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/command/report.h"
#include "client/result.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

class WatchView {
 public:
  // Told by the server. Whether a target has changed its state since it was told last, or there are others.
  bool Take(v1::WatchTargetsResponse targets, absl::Time now);
  void Lose(const Outcome& outcome, absl::Time now);

  // Something has been told yet.
  bool begun() const { return told_at_.has_value(); }
  bool lost() const { return lost_at_.has_value(); }
  // Only if begun.
  absl::Time told_at() const { return *told_at_; }
  const v1::WatchTargetsResponse& targets() const { return targets_; }

  // A heading, what there is to say of the connection, the table, and the latest failures. Only if begun.
  std::vector<std::string> Lines(const ReportOptions& options) const;

 private:
  std::string Heading(const ReportOptions& options) const;
  std::string Connection(const ReportOptions& options) const;

  v1::WatchTargetsResponse targets_;
  // Of the targets, without what changes all the time.
  std::string standing_;
  std::optional<absl::Time> told_at_;
  std::optional<absl::Time> lost_at_;
  std::string why_lost_;
  std::optional<absl::Time> back_at_;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_WATCH_VIEW_H_
