#include "router/table.h"

#include "absl/strings/string_view.h"

namespace spillway::router {

std::string_view NameOf(Environment environment) {
  return environment == Environment::kSandbox ? "sandbox" : "production";
}

const PolicyRoute* Table::Find(std::string_view model, Environment environment) const {
  const PerEnvironment& here = environments_[static_cast<std::size_t>(environment) - 1];
  const auto found = here.by_model.find(absl::string_view(model.data(), model.size()));
  if (found != here.by_model.end()) return &routes_[found->second];
  if (here.any_model) return &routes_[*here.any_model];
  return here.primary ? &routes_[*here.primary] : nullptr;
}

}  // namespace spillway::router
