// Holds what a router explains to what it then does.
//
// Explaining must change nothing, not even what shows only in later calls: now and then the judge
// lets a copy from before and one from after live through the same future. And what is explained must come
// to pass: the first candidate is the first attempt, and if every attempt fails, all follow in their order.
#ifndef SPILLWAY_TESTS_ROUTER_EXPLAIN_JUDGE_H_
#define SPILLWAY_TESTS_ROUTER_EXPLAIN_JUDGE_H_

#include <optional>
#include <string_view>

#include "router/router.h"
#include "tests/router/record.h"

namespace spillway::router {

class ExplainJudge {
 public:
  explicit ExplainJudge(Record& record) : record_(record) {}

  // What the router explains.
  std::optional<Explanation> Ask(const Router& router, std::string_view model, Environment environment,
                                 Instant now);
  // After the call's first step. `explanation`: none if the router had none.
  void JudgeFirst(const std::optional<Explanation>& explanation, const CallReport& report);

 private:
  void JudgeForm(const Explanation& explanation);
  void JudgeOrder(Router copy, std::string_view model, Environment environment,
                  const Explanation& explanation, Instant now);

  Record& record_;
  int asked_ = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_EXPLAIN_JUDGE_H_
