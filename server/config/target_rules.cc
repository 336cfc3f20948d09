#include "server/config/target_rules.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "router/table.h"
#include "server/config/defaults.h"
#include "server/config/duration_bounds.h"
#include "server/config/parameter_rules.h"
#include "server/config/scalar_values.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

std::string Word(v1::Environment environment) {
  return EnumWord(*v1::Environment_descriptor()->FindValueByNumber(environment));
}

// The same for the same parameters: a map's own order is none.
std::string Fingerprint(const google::protobuf::Struct& parameters) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  parameters.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

void TargetRules::Check(const v1::RouteNode& target, const std::string& path) {
  if (target.endpoint().empty()) findings_.AddMissing(path, "endpoint", "a target needs an endpoint's name");
  if (target.model().empty()) findings_.AddMissing(path, "model", "a target needs a model");
  if (!target.model().empty()) CheckModelText(target, path);
  CheckSettings(target, path);
  if (target.endpoint().empty()) return;
  CheckEndpoint(target, path);
  CheckIsNew(target, path);
}

void TargetRules::CheckModelText(const v1::RouteNode& target, const std::string& path) {
  const std::string at = FieldPath(path, "model");
  if (target.model() == router::kAnyModel) {
    return findings_.Add(at, "a target needs one model; only a policy's own model may be \"*\"");
  }
  findings_.AddIfAny(at, CheckModel(target.model()));
}

void TargetRules::CheckEndpoint(const v1::RouteNode& target, const std::string& path) {
  const std::string& name = target.endpoint();
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
  CheckModelIsOffered(target, endpoint, path);
}

void TargetRules::CheckModelIsOffered(const v1::RouteNode& target, const v1::Endpoint& endpoint,
                                      const std::string& path) {
  const auto* provider = index_.providers.Find(endpoint.provider());
  if (provider == nullptr || target.model().empty() || target.model() == router::kAnyModel) return;
  const auto& models = provider->message->models();
  const bool any = models.empty();
  // An empty entry stands for one that could not be read; it might be this.
  const auto is_it = [&](const std::string& model) { return model.empty() || model == target.model(); };
  if (any || std::any_of(models.begin(), models.end(), is_it)) return;
  findings_.Add(FieldPath(path, "model"),
                absl::StrCat("the provider ", Quoted(endpoint.provider()), " does not list the model ",
                             Quoted(target.model()), findings_.Hint(target.model(), [&] {
                               return std::vector<std::string>(models.begin(), models.end());
                             })));
}

void TargetRules::CheckSettings(const v1::RouteNode& target, const std::string& path) {
  if (!target.path().empty()) findings_.AddIfAny(FieldPath(path, "path"), CheckUpstreamPath(target.path()));
  if (target.has_context_window() && target.context_window() == 0) {
    findings_.Add(FieldPath(path, "context_window"),
                  "must be at least 1; leave the key out where it is not known");
  }
  if (target.has_max_concurrent() &&
      (target.max_concurrent() == 0 || target.max_concurrent() > kMaxMaxConcurrent)) {
    findings_.Add(FieldPath(path, "max_concurrent"),
                  absl::StrCat("must be between 1 and ", kMaxMaxConcurrent));
  }
  if (Longer(target.request_timeout(), MaxDuration())) {
    findings_.Add(FieldPath(path, "request_timeout"), kDurationTooLong);
  }
  if (target.has_parameters()) CheckParameters(target.parameters(), path, &findings_);
}

void TargetRules::CheckIsNew(const v1::RouteNode& target, const std::string& path) {
  const SourceMap& source = findings_.source();
  // What could not be read might be what tells the two apart.
  if (target.model().empty() || source.IsBroken(path) || source.IsBroken(FieldPath(path, "path")) ||
      source.IsBroken(FieldPath(path, "parameters"))) {
    return;
  }
  const auto [first, is_new] = targets_.emplace(
      std::tuple(target.endpoint(), target.model(), target.path(), Fingerprint(target.parameters())), path);
  if (is_new) return;
  findings_.Add(path, absl::StrCat("the same endpoint, model, path and parameters are a target of this route "
                                   "already, on line ",
                                   source.Find(first->second).line));
}

}  // namespace spillway::server
