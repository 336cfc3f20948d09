// One call's plan: events in, the next step out.
//
//   Started ---> Try ---> Succeeded ---------------------------> Done
//                 ^ ^       Failed, spills, a target is left ---> Try the next
//                 | |       Failed, a lone 500 -----> Sleep, Woke, Try the same
//                 | |       Failed, too long, a larger one left --> Try the larger
//                 | +------ Failed, connection reset, Try the same at once
//                           Failed, anything else --------------> Done
//                 Try ---> Unsupported, no attempt was made ----> Try the next, or Done
//                 Try ---> FirstToken --------------------------> GoOn, with the same attempt
//                           Cancelled at any time --------------> Done
//
// A failure after the first token of a stream ends the call, unless the caller lets what it has got be
// taken back: then it is a failure like any other.
//
// The plan holds the call's own memory (what was tried, how much time and how many retries are
// left); what outlives a call is passed in. It reads no clock and is driven by one owner, one event
// for each Try, Sleep or GoOn it returned.
#ifndef SPILLWAY_ROUTER_PLAN_H_
#define SPILLWAY_ROUTER_PLAN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "router/call_report.h"
#include "router/memory.h"
#include "router/picker.h"
#include "router/table.h"
#include "router/target_health.h"
#include "router/time.h"

namespace spillway::router {

// How the answer travels to the caller.
enum class AnswerForm : std::uint8_t {
  kWhole,
  // As it comes. What the caller has got cannot be taken back.
  kStream,
  // As it comes, to a caller who lets it be taken back and begun anew.
  kResettableStream,
};

// Events.
struct Started {};
struct Woke {};
// Of a streamed attempt, once: the model has begun to answer.
struct FirstToken {};
struct Succeeded {
  int http_status = 200;
  std::string provider_request_id;
};
struct Failed {
  FailedAttempt attempt;
  std::string provider_request_id;
};
// The attempt was not made: the target cannot do what the request asks for.
struct Unsupported {
  // The field of the request, and why.
  std::string detail;
};
struct Cancelled {};
using Event = std::variant<Started, Woke, FirstToken, Succeeded, Failed, Unsupported, Cancelled>;

// Steps.
struct Try {
  LeafId leaf = 0;
  // The attempt must have ended by then.
  Instant deadline;
  // What it is if it has not: the target's timeout, or the caller's deadline.
  Failure on_timeout = Failure::kTimeout;
  // Whether the provider is to stream its answer, be the caller's streamed or not. Then stream_watch.h
  // has further bounds, made of these.
  bool streamed = false;
  Duration first_token_timeout{};
  Duration stream_idle_timeout{};
};
struct Sleep {
  Instant until;
};
// Nothing new: the attempt is still under way.
struct GoOn {};
struct Done {};
using Step = std::variant<Try, Sleep, GoOn, Done>;

// A target entered or left a suspension.
struct Transition {
  TargetName name;
  HealthView now;
};

// What a step may read and change beyond the plan itself.
struct PlanContext {
  Memory& memory;
  std::mt19937_64& engine;
  // Transitions are appended.
  std::vector<Transition>& transitions;
};

class Plan {
 public:
  // `route` belongs to `table`. `deadline` is the caller's, kNever if none.
  Plan(std::shared_ptr<const Table> table, const PolicyRoute* route, Instant start, Instant deadline,
       AnswerForm form = AnswerForm::kWhole);

  Step On(Event event, Instant now, PlanContext context);

  // For explaining: the attempt under way is assumed to fail in a way that spills.
  Step AssumeSpill(Instant now, PlanContext context);

  // What keeps the call from going to the leaf now; nothing if it may.
  std::optional<SkipReason> WhyNot(LeafId leaf, Instant now, const Memory& memory) const;

  const CallReport& report() const { return report_; }
  // Once done.
  CallReport TakeReport() { return std::move(report_); }

 private:
  const Settings& settings() const { return report_.route->settings; }
  const Leaf& LeafOf(LeafId leaf) const { return report_.table->leaf(leaf); }
  TargetHealth& HealthOf(LeafId leaf, PlanContext& context) const {
    return context.memory.targets[LeafOf(leaf).health];
  }

  Step OnStarted(Instant now, PlanContext& context);
  Step OnFirstToken(Instant now, PlanContext& context);
  Step OnSucceeded(Succeeded succeeded, Instant now, PlanContext& context);
  Step OnFailed(Failed failed, Instant now, PlanContext& context);
  Step OnUnsupported(Unsupported unsupported, Instant now, PlanContext& context);
  Step OnCancelled(Instant now, PlanContext& context);
  Step OnWoke(Instant now, PlanContext& context);

  // The next leaf in the route's order, or the end.
  Step Next(Instant now, PlanContext& context);
  Step Attempt(LeafId leaf, bool last_resort, Instant now, PlanContext& context);
  // An attempt at the leaf that begins at `start`.
  Try TryOf(LeafId leaf, Instant start) const;
  // Whether the caller has got something of the latest attempt's answer.
  bool HasReachedCaller() const {
    return form_ != AnswerForm::kWhole && report_.attempts.back().first_token.has_value();
  }
  Step Finish(Verdict verdict, absl::StatusCode code, Instant now, PlanContext& context);
  Step FinishUntried(Instant now, PlanContext& context);
  Step FinishExhausted(Instant now, PlanContext& context);
  absl::StatusCode CodeOfLastFailure() const;
  // The attempt under way has ended.
  AttemptRecord& EndAttempt(Instant now, PlanContext& context);
  // The retry that the verdict on the latest failure waited for is not made: the failure counts after all.
  void CountUnmended(Instant now, PlanContext& context);
  std::optional<Duration> SoonestBack(Instant now, PlanContext& context) const;

  bool Admit(LeafId leaf, Instant now, PlanContext& context);
  // Whether the leaf may be entered without a probe.
  bool IsOpen(LeafId leaf, Instant now, PlanContext& context) const;
  // Whether the leaf takes longer requests than those that this one was too long for.
  bool IsLargeEnough(LeafId leaf) const;
  // Whether the route has such a leaf, tried or not.
  bool LargerExists() const;
  // Whether an attempt before failed in the same way, the request being to blame.
  bool BlamesRequestAgain(Failure failure) const;
  bool CanPayForAnother(PlanContext& context) const;
  bool MayRetrySame(const FailedAttempt& attempt, Instant now, PlanContext& context) const;
  std::optional<LeafId> LeastBad(Instant now, PlanContext& context) const;
  std::size_t AttemptsAllowed() const;
  // Reports the target's new state, and what follows from it for others of its endpoint.
  void Note(bool changed, LeafId leaf, Instant now, PlanContext& context) const;

  // A set of the route's leaves; room for 1,024 without an allocation.
  using LeafSet = absl::InlinedVector<std::uint64_t, 16>;
  bool Contains(const LeafSet& set, LeafId leaf) const;
  // False: it was there already.
  bool Insert(LeafSet& set, LeafId leaf) const;

  CallReport report_;
  Instant deadline_;
  Ticket ticket_;
  AnswerForm form_;
  bool attempt_under_way_ = false;
  // Whether the request was too long for a target. Asked of every leaf, so it is kept.
  bool was_too_long_ = false;
  std::size_t tried_count_ = 0;
  std::size_t same_target_retries_used_ = 0;
  LeafSet tried_;
  // Those in report_.skipped.
  LeafSet skipped_;
  Choices choices_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_PLAN_H_
