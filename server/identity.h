// Who a call is from, and what that allows it.
//
// A value; immutable once made, so any thread may read it.
#ifndef SPILLWAY_SERVER_IDENTITY_H_
#define SPILLWAY_SERVER_IDENTITY_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "router/table.h"

namespace spillway::server {

struct Identity {
  // Empty: whoever it may be, for no callers are configured.
  std::string name;
  // Where this caller's calls are routed.
  router::Environment environment = router::Environment::kProduction;
  // Empty: any.
  absl::flat_hash_set<std::string> models;
  // Its place among the configuration's callers; 0 for whoever it may be.
  std::uint32_t index = 0;

  bool MayAskFor(const std::string& model) const { return models.empty() || models.contains(model); }
  bool MayAskAbout(router::Environment other) const { return name.empty() || other == environment; }
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_IDENTITY_H_
