#include "server/route_explainer.h"

#include "absl/strings/str_cat.h"
#include "server/caller_refusals.h"
#include "server/trace.h"

namespace spillway::server {

CallStatus ExplainRoute(const v1::RouteRequest& request, const Identity& caller, SharedRouter& router,
                        Runtime& runtime, v1::RouteResponse& response) {
  std::vector<FieldViolation> violations = CheckModel(request.model());
  router::Environment environment = caller.environment;
  if (request.environment() == v1::ENVIRONMENT_PRODUCTION) {
    environment = router::Environment::kProduction;
  } else if (request.environment() == v1::ENVIRONMENT_SANDBOX) {
    environment = router::Environment::kSandbox;
  } else if (request.environment() != v1::ENVIRONMENT_UNSPECIFIED) {
    const int number = request.environment();
    violations.push_back({"environment", absl::StrCat("unknown environment ", number)});
  }
  if (!violations.empty()) return StatusOf(violations);
  if (!caller.MayAskAbout(environment)) return EnvironmentNotAllowed(environment, caller);
  if (!caller.MayAskFor(request.model())) return ModelNotAllowed(request.model(), caller);
  const WallClock clock = WallClock::Now();
  const auto explanation = router.Explain(request.model(), environment, clock.steady());
  if (!explanation) return UnknownModel(request.model(), environment);
  FillRouteResponse(*explanation, request.model(), clock, response);
  for (std::size_t i = 0; i < explanation->candidates.size(); ++i) {
    v1::Candidate& candidate = *response.mutable_candidates(static_cast<int>(i));
    *candidate.mutable_settings() = runtime.leaf(explanation->candidates[i].leaf).settings;
  }
  *response.mutable_settings() = runtime.route(*explanation->route).settings;
  response.set_environment(static_cast<v1::Environment>(environment));
  return {};
}

}  // namespace spillway::server
