#include "server/config/digest_rules.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

constexpr std::size_t kDigestDigits = 64;
// SHA-256 of nothing and of one line break: what a shell makes of a variable that is not set.
constexpr const char* kDigestsOfNothing[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"};

bool IsDigest(const std::string& text) {
  return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

}  // namespace

void DigestRules::Check(const std::string& written, const std::string& path) {
  const std::string at = FieldPath(path, "key_sha256");
  if (!IsDigest(written)) {
    return findings_.Add(at, absl::StrCat("must be the SHA-256 of the key, 64 hex digits and nothing else: ",
                                          kHowToDigest, "; the key itself is never written into this file"));
  }
  const std::string digest = absl::AsciiStrToLower(written);
  if (std::count(std::begin(kDigestsOfNothing), std::end(kDigestsOfNothing), digest) != 0) {
    return findings_.Add(at, "is the SHA-256 of an empty key; was the variable that holds the key set?");
  }
  const auto [first, is_new] = taken_.emplace(digest, at);
  if (is_new) return;
  const bool of_operator = first->second.rfind("server.admin.", 0) == 0;
  findings_.Add(at, absl::StrCat(of_operator ? "an admin key is the same" : "another caller has the same key",
                                 ", on line ", findings_.source().Find(first->second).line));
}

}  // namespace spillway::server
