#include "server/config/config_validator.h"

#include "server/config/admin_key_rules.h"
#include "server/config/caller_rules.h"
#include "server/config/config_index.h"
#include "server/config/digest_rules.h"
#include "server/config/endpoint_rules.h"
#include "server/config/findings.h"
#include "server/config/listener_rules.h"
#include "server/config/policy_rules.h"

namespace spillway::server {
void ValidateConfig(const v1::Config& config, const SourceMap& source, ConfigErrors* errors) {
  Findings findings(source, errors);
  const ConfigIndex index(config, source);
  CheckListeners(config, &findings);
  CheckProviders(config, &findings);
  CheckEndpoints(config, index, &findings);
  CheckPolicies(config, index, &findings);
  DigestRules digests(&findings);
  CheckAdminKeys(config, digests, &findings);
  CheckCallers(config, index, digests, &findings);
}

}  // namespace spillway::server
