// The router behind its one short lock, shared by the call loop and the operator's services.
//
// Thread-safe. The lock is held for the length of one decision and never across a wait. State
// changes are logged and counted here, where they happen, once each.
#ifndef SPILLWAY_SERVER_SHARED_ROUTER_H_
#define SPILLWAY_SERVER_SHARED_ROUTER_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "router/router.h"
#include "server/change_signal.h"
#include "server/metrics.h"

namespace spillway::server {

class SharedRouter {
 public:
  SharedRouter(const router::TableSpec& spec, std::uint64_t seed, Metrics& metrics);

  std::optional<router::Plan> Begin(std::string_view model, router::Environment environment,
                                    router::Instant now, router::Instant deadline,
                                    router::AnswerForm form = router::AnswerForm::kWhole);
  router::Step On(router::Plan& plan, router::Event event, router::Instant now);
  std::optional<router::Explanation> Explain(std::string_view model, router::Environment environment,
                                             router::Instant now);
  std::vector<router::TargetStatus> Targets(router::Instant now);

  // As Router's. The target's new status, or nothing: no such target.
  std::optional<router::TargetStatus> Suspend(std::string_view endpoint, std::string_view model,
                                              router::Instant until, router::Instant now);
  std::optional<router::TargetStatus> Resume(std::string_view endpoint, std::string_view model,
                                             router::Instant now);

  // As Router's.
  void Reconsider(std::string_view endpoint, router::Instant now);

  // As Router's: the new table, in force for every call that begins from now on. The targets' series
  // follow with ReportTargets, which takes its time and is no business of the calls' thread.
  std::shared_ptr<const router::Table> Replace(const router::TableSpec& spec);
  void ReportTargets(router::Instant now);

  std::shared_ptr<const router::Table> table();

  // Announces every transition, and every new table.
  ChangeSignal& changes() { return changes_; }

 private:
  // Outside the lock.
  void Report(const std::vector<router::Transition>& transitions, router::Instant now);
  std::optional<router::TargetStatus> FindTarget(std::string_view endpoint, std::string_view model,
                                                 router::Instant now);

  Metrics& metrics_;
  ChangeSignal changes_;
  absl::Mutex mutex_;
  router::Router router_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_SHARED_ROUTER_H_
