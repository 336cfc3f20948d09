// A routing core with one policy of two targets and a primary endpoint, and calls played on it without
// any I/O: the reports that status, trace, metrics and metadata are read from.
#ifndef SPILLWAY_TESTS_SERVER_PLAYED_CALL_H_
#define SPILLWAY_TESTS_SERVER_PLAYED_CALL_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "router/router.h"

namespace spillway::server {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline router::FailedAttempt FailedWith(router::Failure failure, int status = 0, std::string message = "") {
  router::FailedAttempt failed;
  failed.failure = failure;
  failed.http_status = status;
  failed.message = std::move(message);
  return failed;
}

// Policy "chat" for model "gpt-4o": openai/prod gpt-4o, then azure/eu gpt-4o-mini. Any other model:
// openai/prod.
class PlayedCalls {
 public:
  explicit PlayedCalls(router::Settings settings = {}) : router_(Spec(std::move(settings)), 1) {}

  router::Router& router() { return router_; }
  router::Instant now() const { return now_; }
  void Advance(router::Duration by) { now_ += by; }

  // One call; each event comes 10 ms after the one before, and all but first tokens end an attempt.
  router::CallReport Play(const std::vector<router::Event>& events, const std::string& model = "gpt-4o",
                          router::Instant deadline = router::kNever,
                          router::AnswerForm form = router::AnswerForm::kWhole) {
    router::Plan plan = *router_.Begin(model, router::Environment::kProduction, now_, deadline, form);
    router::Step step = router_.On(plan, router::Started{}, now_);
    for (const router::Event& event : events) {
      now_ += milliseconds(10);
      step = router_.On(plan, event, now_);
      if (const auto* sleep = std::get_if<router::Sleep>(&step)) {
        now_ = sleep->until;
        step = router_.On(plan, router::Woke{}, now_);
      }
    }
    return plan.TakeReport();
  }

  router::CallReport PlayStream(const std::vector<router::Event>& events,
                                router::AnswerForm form = router::AnswerForm::kStream) {
    return Play(events, "gpt-4o", router::kNever, form);
  }

  static router::Event Fails(router::FailedAttempt attempt) { return router::Failed{std::move(attempt)}; }
  static router::Event Fails(router::Failure failure, int status = 0, std::string message = "") {
    return router::Failed{FailedWith(failure, status, std::move(message))};
  }

 private:
  static router::TableSpec Spec(router::Settings settings) {
    router::TableSpec spec;
    router::TableSpec::Node root;
    root.kind = router::NodeKind::kFailover;
    root.children.resize(2);
    root.children[0].target = {"openai", "prod", "gpt-4o"};
    root.children[1].target = {"azure", "eu", "gpt-4o-mini"};
    spec.policies.push_back({"chat", "gpt-4o", router::Environment::kProduction, std::move(settings), root});
    spec.primaries.push_back({router::Environment::kProduction, {"openai", "prod", ""}});
    return spec;
  }

  router::Router router_;
  router::Instant now_{std::chrono::hours(1)};
};

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_PLAYED_CALL_H_
