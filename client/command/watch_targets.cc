#include "client/command/watch_targets.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/admin_client.h"
#include "client/command/output.h"
#include "client/command/render_failure.h"
#include "client/command/render_json.h"
#include "client/command/render_targets.h"
#include "client/command/screen.h"
#include "client/command/terminal.h"
#include "client/command/watch_feed.h"
#include "client/command/watch_view.h"

namespace spillway::client {
namespace {

// Where nothing is drawn, so often a server that lives is heard of all the same.
constexpr std::chrono::milliseconds kHeartbeat = std::chrono::seconds(10);

// In place, on a terminal.
bool IsDrawn(const Streams& streams, const TargetsCommand& command) {
  return streams.out_is_terminal && !command.json;
}

std::chrono::milliseconds IntervalOf(const TargetsCommand& command, bool drawn) {
  return command.interval.value_or(drawn ? std::chrono::seconds(1) : kHeartbeat);
}

class WatchRun {
 public:
  WatchRun(const Streams& streams, const TargetsCommand& command, Terminal& terminal)
      : streams_(streams),
        command_(command),
        terminal_(terminal),
        drawn_(IsDrawn(streams, command)),
        silence_(std::max(absl::Seconds(5), 3 * absl::FromChrono(IntervalOf(command, drawn_)))) {}

  int Run() {
    while (!exit_code_) {
      Wait();
      while (const auto signal = terminal_.TakeSignal()) Obey(*signal);
      while (auto news = feed_.Take()) Hear(*std::move(news));
      if (!exit_code_) WatchTheClock(absl::Now());
      if (!exit_code_ && drawn_ && view_.begun())
        Write(screen_.Draw(view_.Lines(Options()), SizeOfTerminal()));
    }
    if (const std::string leave = screen_.Leave(); !leave.empty()) streams_.out << leave << std::flush;
    if (failed_) SayWhy(*failed_);
    return *exit_code_;
  }

 private:
  // For a signal, news, or the next second.
  void Wait() const {
    std::array<pollfd, 2> awaited = {pollfd{terminal_.descriptor(), POLLIN, 0},
                                     pollfd{feed_.descriptor(), POLLIN, 0}};
    const auto into_second = absl::ToInt64Milliseconds(absl::Now() - absl::UnixEpoch()) % 1000;
    poll(awaited.data(), awaited.size(), static_cast<int>(1000 - into_second));
  }

  void Obey(int signal) {
    if (signal == SIGWINCH) return;
    if (signal != SIGTSTP) {
      End(signal == SIGINT ? kExitOk : 128 + signal);
      return;
    }
    Write(screen_.Leave());
    terminal_.Pause();
  }

  void Hear(WatchNews news) {
    const absl::Time now = absl::Now();
    if (news.kind == WatchNews::Kind::kFailed) {
      failed_ = std::move(news.outcome);
      return End(kExitFailed);
    }
    const bool was_lost = view_.lost();
    if (news.kind == WatchNews::Kind::kLost) {
      view_.Lose(news.outcome, now);
      if (!was_lost) Say(absl::StrCat("lost the server (", CauseOf(news.outcome), "); trying again"));
      return;
    }
    const bool changed = view_.Take(std::move(news.targets), now);
    if (was_lost) Say("the server is back");
    if (!drawn_ && (changed || command_.interval)) Print();
  }

  // A server that says nothing may be gone without a word.
  void WatchTheClock(absl::Time now) {
    if (!view_.begun()) {
      if (now - begun_at_ < absl::FromChrono(command_.admin.default_timeout)) return;
      failed_.emplace().status = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "no answer");
      failed_->unreachable = true;
      return End(kExitFailed);
    }
    if (view_.lost() || now - std::max(view_.told_at(), renewed_at_) < silence_) return;
    renewed_at_ = now;
    feed_.Renew();
  }

  // A table, or an object, of its own.
  void Print() {
    if (!command_.json) {
      const ReportOptions options = Options();
      return Write(absl::StrCat(absl::FormatTime("%Y-%m-%d %H:%M:%S UTC\n", options.now, absl::UTCTimeZone()),
                                RenderTargets(view_.targets().targets(), options), "\n"));
    }
    const absl::StatusOr<std::string> json = RenderJsonLine(view_.targets());
    if (json.ok()) return Write(*json);
    failed_.emplace().status = grpc::Status(grpc::StatusCode::INTERNAL, std::string(json.status().message()));
    End(kExitFailed);
  }

  // Beside the output; what is drawn says it itself.
  void Say(const std::string& text) {
    if (!drawn_) streams_.err << "spillway: " << command_.admin.address << ": " << text << '\n';
  }

  void SayWhy(const Outcome& outcome) {
    if (command_.json) {
      Put(streams_, RenderJsonEnd(outcome));
    } else {
      streams_.err << RenderFailure(outcome,
                                    ReportFor(command_.admin, Listener::kAdmin, streams_.colour_err));
    }
  }

  void Write(const std::string& text) {
    if (!Put(streams_, text)) End(kExitFailed);
  }

  void End(int exit_code) {
    if (!exit_code_) exit_code_ = exit_code;
  }

  ReportOptions Options() const {
    ReportOptions options = ReportFor(command_.admin, Listener::kAdmin, streams_.colour_out);
    options.counting_down = drawn_;
    return options;
  }

  const Streams& streams_;
  const TargetsCommand& command_;
  Terminal& terminal_;
  const bool drawn_;
  const absl::Duration silence_;
  const absl::Time begun_at_ = absl::Now();
  WatchFeed feed_{command_.admin, IntervalOf(command_, drawn_)};
  WatchView view_;
  Screen screen_;
  absl::Time renewed_at_ = absl::InfinitePast();
  std::optional<int> exit_code_;
  std::optional<Outcome> failed_;
};

}  // namespace

int WatchTargets(const Streams& streams, const TargetsCommand& command) {
  // Before anything of gRPC, whose threads are to know nothing of signals.
  Terminal terminal(IsDrawn(streams, command));
  if (const auto client = AdminClient::Connect(command.admin); !client.ok()) {
    streams.err << "spillway: " << std::string(client.status().message()) << '\n';
    return kExitUsage;
  }
  return WatchRun(streams, command, terminal).Run();
}

}  // namespace spillway::client
