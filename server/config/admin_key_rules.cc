#include "server/config/admin_key_rules.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/config/name_rules.h"

namespace spillway::server {

void CheckAdminKeys(const v1::Config& config, DigestRules& digests, Findings* findings) {
  const std::string list = "server.admin.keys";
  const v1::AdminListener& admin = config.server().admin();
  if (admin.keys().empty() && findings->IsRead("server.admin", "keys")) {
    findings->Add(list, "an empty list would let everybody in; if that is meant, leave the key out");
  }
  NameRules names("admin key", findings);
  for (int i = 0; i < admin.keys_size(); ++i) {
    const std::string path = ItemPath(list, static_cast<std::size_t>(i));
    const v1::AdminKey& key = admin.keys(i);
    names.Check(key.name(), path);
    if (key.key_sha256().empty()) {
      findings->AddMissing(path, "key_sha256",
                           absl::StrCat("an admin key needs its SHA-256: ", kHowToDigest));
      continue;
    }
    digests.Check(key.key_sha256(), path);
  }
}

}  // namespace spillway::server
