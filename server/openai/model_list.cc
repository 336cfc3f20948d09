#include "server/openai/model_list.h"

#include <string_view>
#include <utility>

#include "providers/json_writer.h"
#include "router/table.h"
#include "server/config/defaults.h"

namespace spillway::server {
namespace {

void WriteModel(const std::string& id, const std::string& owner, std::int64_t created,
                providers::JsonWriter& json) {
  json.BeginObject();
  json.Field("id", id);
  json.Field("object", "model");
  json.Key("created");
  json.Int(created);
  json.Field("owned_by", owner);
  json.EndObject();
}

}  // namespace

ModelList::ModelList(const v1::Config& config, std::int64_t created) : created_(created) {
  auto& [production, sandbox] = owners_;
  for (const v1::Policy& policy : config.policies()) {
    if (policy.model() == router::kAnyModel) continue;
    if (policy.has_production()) production.emplace(policy.model(), "spillway");
    if (policy.has_sandbox()) sandbox.emplace(policy.model(), "spillway");
  }
  for (const v1::Endpoint& endpoint : config.endpoints()) {
    if (!endpoint.primary()) continue;
    Owners& owners = EnvironmentOf(endpoint) == v1::ENVIRONMENT_SANDBOX ? sandbox : production;
    for (const v1::Provider& provider : config.providers()) {
      if (provider.name() != endpoint.provider()) continue;
      for (const std::string& model : provider.models()) owners.emplace(model, provider.name());
    }
  }
}

std::string ModelList::All(const Identity& caller) const {
  std::string body;
  providers::JsonWriter json(body);
  json.BeginObject();
  json.Field("object", "list");
  json.Key("data");
  json.BeginArray();
  for (const auto& [id, owner] : Of(caller)) {
    if (caller.MayAskFor(id)) WriteModel(id, owner, created_, json);
  }
  json.EndArray();
  json.EndObject();
  return body;
}

std::string ModelList::One(const std::string& model, const Identity& caller) const {
  std::string body;
  const Owners& owners = Of(caller);
  const auto found = owners.find(model);
  if (found == owners.end() || !caller.MayAskFor(model)) return body;
  providers::JsonWriter json(body);
  WriteModel(model, found->second, created_, json);
  return body;
}

}  // namespace spillway::server
