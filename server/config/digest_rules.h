// The digests of keys, of callers and of operators: what is refused of one, and that no two are the same.
//
// No message repeats a value: it may be the key itself.
#ifndef SPILLWAY_SERVER_CONFIG_DIGEST_RULES_H_
#define SPILLWAY_SERVER_CONFIG_DIGEST_RULES_H_

#include <map>
#include <string>

#include "server/config/findings.h"

namespace spillway::server {

// How to make a digest.
inline constexpr char kHowToDigest[] = "printf %s \"$KEY\" | sha256sum";

class DigestRules {
 public:
  explicit DigestRules(Findings* findings) : findings_(*findings) {}

  // The `key_sha256` of what stands at `path`, which is not empty.
  void Check(const std::string& written, const std::string& path);

 private:
  Findings& findings_;
  // Path of the first of each digest, in lower case.
  std::map<std::string, std::string> taken_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_DIGEST_RULES_H_
