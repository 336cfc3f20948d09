#include "server/config/served_models.h"

#include <string_view>

#include "router/table.h"
#include "server/config/defaults.h"

namespace spillway::server {

ServedModels::ServedModels(const v1::Config& config, const ConfigIndex& index, const SourceMap& source) {
  AddPolicies(config, source);
  AddPrimaries(config, source);
  // A list that is absent beside an unknown key may be what that key was meant to be.
  const bool policies_unread =
      source.IsBroken("policies") || (!source.Contains("policies") && source.IsBroken(""));
  if (!policies_unread && index.endpoints.complete) return;
  production_.any = true;
  sandbox_.any = true;
}

void ServedModels::AddPolicies(const v1::Config& config, const SourceMap& source) {
  for (int i = 0; i < config.policies_size(); ++i) {
    const v1::Policy& policy = config.policies(i);
    const std::string path = ItemPath("policies", static_cast<std::size_t>(i));
    const auto add = [&](PerEnvironment& environment, bool present, std::string_view section) {
      const bool may_be = source.IsBroken(path) || source.IsBroken(FieldPath(path, section));
      if (!present && !may_be) return;
      // An empty model is one that could not be read.
      if (policy.model().empty() || policy.model() == router::kAnyModel) environment.any = true;
      environment.named.insert(policy.model());
    };
    add(production_, policy.has_production(), "production");
    add(sandbox_, policy.has_sandbox(), "sandbox");
  }
}

void ServedModels::AddPrimaries(const v1::Config& config, const SourceMap& source) {
  for (int i = 0; i < config.endpoints_size(); ++i) {
    const v1::Endpoint& endpoint = config.endpoints(i);
    const std::string path = ItemPath("endpoints", static_cast<std::size_t>(i));
    const auto broken = [&](std::string_view field) { return source.IsBroken(FieldPath(path, field)); };
    if (!endpoint.primary() && !broken("primary") && !source.IsBroken(path)) continue;
    const bool either = broken("environment") || source.IsBroken(path);
    const v1::Environment environment = EnvironmentOf(endpoint);
    if (either || environment == v1::ENVIRONMENT_PRODUCTION) production_.any = true;
    if (either || environment == v1::ENVIRONMENT_SANDBOX) sandbox_.any = true;
  }
}

const ServedModels::PerEnvironment& ServedModels::In(v1::Environment environment) const {
  return environment == v1::ENVIRONMENT_SANDBOX ? sandbox_ : production_;
}

bool ServedModels::MayServe(const std::string& model, v1::Environment environment) const {
  const PerEnvironment& in = In(environment);
  return in.any || in.named.count(model) > 0;
}

std::vector<std::string> ServedModels::Names(v1::Environment environment) const {
  const PerEnvironment& in = In(environment);
  return {in.named.begin(), in.named.end()};
}

}  // namespace spillway::server
