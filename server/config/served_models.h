// Which models calls of an environment can have: those its policies name, or any.
//
// Where the file's reader could not make out what stands there, it gives the benefit of the doubt: that has
// been reported, and is not worth a second error. Immutable after construction; thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_SERVED_MODELS_H_
#define SPILLWAY_SERVER_CONFIG_SERVED_MODELS_H_

#include <set>
#include <string>
#include <vector>

#include "server/config/config_index.h"
#include "server/config/source_map.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// An environment that is not specified is production.
class ServedModels {
 public:
  ServedModels(const v1::Config& config, const ConfigIndex& index, const SourceMap& source);

  // Whether a call for `model` has, or may have, somewhere to go.
  bool MayServe(const std::string& model, v1::Environment environment) const;

  // What the environment's policies name.
  std::vector<std::string> Names(v1::Environment environment) const;

 private:
  struct PerEnvironment {
    std::set<std::string> named;
    // A wildcard policy, a primary endpoint, or something that may be one.
    bool any = false;
  };

  void AddPolicies(const v1::Config& config, const SourceMap& source);
  void AddPrimaries(const v1::Config& config, const SourceMap& source);
  const PerEnvironment& In(v1::Environment environment) const;

  PerEnvironment production_;
  PerEnvironment sandbox_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SERVED_MODELS_H_
