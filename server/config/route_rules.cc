#include "server/config/route_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/config/defaults.h"
#include "server/config/scalar_values.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

std::string Word(v1::Environment environment) {
  return EnumWord(*v1::Environment_descriptor()->FindValueByNumber(environment));
}

}  // namespace

void RouteRules::Check(const v1::Route& route, const std::string& path) {
  if (route.has_failover()) return CheckFailover(route.failover(), FieldPath(path, "failover"), 1);
  // A strategy that was written but not understood has been reported.
  const SourceMap& source = findings_.source();
  if (source.IsBroken(path) || source.IsBroken(FieldPath(path, "failover"))) return;
  findings_.Add(path, "empty strategy: a route needs one, as in failover: {targets: […]}");
}

void RouteRules::CheckFailover(const v1::Failover& failover, const std::string& path, int depth) {
  if (depth > kMaxStrategyDepth) {
    return findings_.Add(path, absl::StrCat("strategies are nested more than ", kMaxStrategyDepth, " deep"));
  }
  if (failover.targets().empty()) findings_.AddMissing(path, "targets", "at least one target is needed");
  for (int i = 0; i < failover.targets_size(); ++i) {
    CheckNode(failover.targets(i), ItemPath(FieldPath(path, "targets"), static_cast<std::size_t>(i)), depth);
  }
}

void RouteRules::CheckNode(const v1::RouteNode& node, const std::string& path, int depth) {
  const SourceMap& source = findings_.source();
  const auto written = [&](const char* field) { return source.Contains(FieldPath(path, field)); };
  const bool is_leaf = written("endpoint") || written("model") || written("path");
  if (is_leaf && written("failover")) {
    return findings_.Add(path, "is a target (endpoint and model) and a strategy at once; keep one");
  }
  if (is_leaf) return CheckLeaf(node, path);
  if (node.has_failover()) return CheckFailover(node.failover(), FieldPath(path, "failover"), depth + 1);
  if (!written("failover") && !source.IsBroken(path)) {
    findings_.Add(path, "is neither a target (endpoint and model) nor a strategy");
  }
}

void RouteRules::CheckLeaf(const v1::RouteNode& leaf, const std::string& path) {
  if (leaf.endpoint().empty()) findings_.AddMissing(path, "endpoint", "a target needs an endpoint's name");
  if (leaf.model().empty()) findings_.AddMissing(path, "model", "a target needs a model");
  if (!leaf.model().empty()) findings_.AddIfAny(FieldPath(path, "model"), CheckModel(leaf.model()));
  if (!leaf.path().empty()) findings_.AddIfAny(FieldPath(path, "path"), CheckUpstreamPath(leaf.path()));
  if (leaf.endpoint().empty()) return;
  CheckEndpoint(leaf, path);
  if (leaf.model().empty() || findings_.source().IsBroken(path) ||
      findings_.source().IsBroken(FieldPath(path, "path"))) {
    return;
  }
  const auto [first, is_new] = leaves_.emplace(std::tuple(leaf.endpoint(), leaf.model(), leaf.path()), path);
  if (is_new) return;
  findings_.Add(path,
                absl::StrCat("the same endpoint, model and path are a target of this route already, on line ",
                             findings_.source().Find(first->second).line));
}

void RouteRules::CheckEndpoint(const v1::RouteNode& leaf, const std::string& path) {
  const std::string& name = leaf.endpoint();
  const std::string at = FieldPath(path, "endpoint");
  const auto* found = index_.endpoints.Find(name);
  if (found == nullptr) {
    if (!index_.endpoints.complete) return;
    return findings_.Add(at, absl::StrCat("there is no endpoint ", Quoted(name),
                                          findings_.Hint(name, [&] { return index_.endpoints.Names(); })));
  }
  const v1::Endpoint& endpoint = *found->message;
  const v1::Environment its = EnvironmentOf(endpoint);
  const bool known = !findings_.source().IsBroken(found->path) &&
                     !findings_.source().IsBroken(FieldPath(found->path, "environment"));
  if (known && its != environment_) {
    findings_.Add(at, absl::StrCat("the endpoint ", Quoted(name), " is in ", Word(its), ", this route in ",
                                   Word(environment_)));
  }
  CheckModelIsOffered(leaf, endpoint, path);
}

void RouteRules::CheckModelIsOffered(const v1::RouteNode& leaf, const v1::Endpoint& endpoint,
                                     const std::string& path) {
  const auto* provider = index_.providers.Find(endpoint.provider());
  if (provider == nullptr || leaf.model().empty()) return;
  const auto& models = provider->message->models();
  const bool any = models.empty();
  // An empty entry stands for one that could not be read; it might be this.
  const auto is_it = [&](const std::string& model) { return model.empty() || model == leaf.model(); };
  if (any || std::any_of(models.begin(), models.end(), is_it)) return;
  findings_.Add(FieldPath(path, "model"),
                absl::StrCat("the provider ", Quoted(endpoint.provider()), " does not list the model ",
                             Quoted(leaf.model()), findings_.Hint(leaf.model(), [&] {
                               return std::vector<std::string>(models.begin(), models.end());
                             })));
}

}  // namespace spillway::server
