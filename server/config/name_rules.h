// The rule every named thing obeys: it has a name, of the right form, that no other has.
#ifndef SPILLWAY_SERVER_CONFIG_NAME_RULES_H_
#define SPILLWAY_SERVER_CONFIG_NAME_RULES_H_

#include <map>
#include <string>
#include <utility>

#include "server/config/findings.h"

namespace spillway::server {

// One kind of things: providers, endpoints or policies. Not thread-safe.
class NameRules {
 public:
  // `kind` for messages: "provider".
  NameRules(std::string kind, Findings* findings) : kind_(std::move(kind)), findings_(*findings) {}

  // Checks the `name` of the message at `path`.
  void Check(const std::string& name, const std::string& path);

 private:
  const std::string kind_;
  Findings& findings_;
  std::map<std::string, std::string> path_by_name_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_NAME_RULES_H_
