#include "server/config/name_rules.h"

#include "absl/strings/str_cat.h"
#include "server/config/value_checks.h"

namespace spillway::server {

void NameRules::Check(const std::string& name, const std::string& path) {
  if (name.empty()) return findings_.AddMissing(path, "name", absl::StrCat("this ", kind_, " needs a name"));
  const std::string name_path = FieldPath(path, "name");
  const std::string what = CheckName(name);
  if (!what.empty()) return findings_.Add(name_path, what);
  const auto [first, is_new] = path_by_name_.emplace(name, name_path);
  if (is_new) return;
  findings_.Add(name_path, absl::StrCat("another ", kind_, " is named ", Quoted(name), ", on line ",
                                        findings_.source().Find(first->second).line));
}

}  // namespace spillway::server
