#include "server/config/endpoint_rules.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/api_version_rules.h"
#include "server/config/credential_rules.h"
#include "server/config/defaults.h"
#include "server/config/name_rules.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

void CheckModels(const v1::Provider& provider, const std::string& path, Findings* findings) {
  std::set<std::string> seen;
  for (int i = 0; i < provider.models_size(); ++i) {
    const std::string& model = provider.models(i);
    // Empty: it could not be read, and that has been said.
    if (model.empty()) continue;
    const std::string at = ItemPath(FieldPath(path, "models"), static_cast<std::size_t>(i));
    findings->AddIfAny(at, CheckModel(model));
    if (!seen.insert(model).second)
      findings->Add(at, absl::StrCat("the model ", Quoted(model), " is listed twice"));
  }
}

void CheckProviderReference(const v1::Endpoint& endpoint, const std::string& path, const ConfigIndex& index,
                            Findings* findings) {
  const std::string& name = endpoint.provider();
  if (name.empty())
    return findings->AddMissing(path, "provider", "an endpoint needs the name of its provider");
  if (index.providers.Find(name) != nullptr || !index.providers.complete) return;
  findings->Add(FieldPath(path, "provider"),
                absl::StrCat("there is no provider ", Quoted(name),
                             findings->Hint(name, [&] { return index.providers.Names(); })));
}

void CheckTls(const v1::Endpoint& endpoint, const std::string& path, Findings* findings) {
  if (!endpoint.has_tls()) return;
  const std::string at = FieldPath(path, "tls");
  if (absl::StartsWithIgnoreCase(endpoint.url(), "http://")) {
    findings->Add(at, "has no effect: the url is http://; write https:// or leave tls out");
  }
  const std::string& name = endpoint.tls().server_name();
  if (!name.empty()) findings->AddIfAny(FieldPath(at, "server_name"), CheckHostName(name));
}

}  // namespace

void CheckProviders(const v1::Config& config, Findings* findings) {
  if (config.providers().empty()) findings->AddMissing("", "providers", "at least one provider is needed");
  NameRules names("provider", findings);
  for (int i = 0; i < config.providers_size(); ++i) {
    const v1::Provider& provider = config.providers(i);
    const std::string path = ItemPath("providers", static_cast<std::size_t>(i));
    names.Check(provider.name(), path);
    if (provider.api() == v1::API_UNSPECIFIED) {
      findings->AddMissing(path, "api", "a provider needs an api, the protocol it speaks, as in api: openai");
    }
    CheckModels(provider, path, findings);
  }
}

void CheckEndpoints(const v1::Config& config, const ConfigIndex& index, Findings* findings) {
  if (config.endpoints().empty()) findings->AddMissing("", "endpoints", "at least one endpoint is needed");
  NameRules names("endpoint", findings);
  std::map<v1::Environment, std::string> primaries;
  for (int i = 0; i < config.endpoints_size(); ++i) {
    const v1::Endpoint& endpoint = config.endpoints(i);
    const std::string path = ItemPath("endpoints", static_cast<std::size_t>(i));
    names.Check(endpoint.name(), path);
    CheckProviderReference(endpoint, path, index, findings);
    if (endpoint.url().empty()) {
      findings->AddMissing(path, "url", "an endpoint needs a url");
    } else {
      findings->AddIfAny(FieldPath(path, "url"), CheckEndpointUrl(endpoint.url()));
    }
    CheckTls(endpoint, path, findings);
    CheckApiVersion(endpoint, path, index, findings);
    CheckCredentials(endpoint, path, index, findings);
    if (!endpoint.primary() || findings->source().IsBroken(FieldPath(path, "environment"))) continue;
    const std::string at = FieldPath(path, "primary");
    const auto [first, is_new] = primaries.emplace(EnvironmentOf(endpoint), at);
    if (!is_new) {
      findings->Add(at, absl::StrCat("its environment has a primary endpoint already, on line ",
                                     findings->source().Find(first->second).line));
    }
  }
}

}  // namespace spillway::server
