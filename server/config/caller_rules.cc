#include "server/config/caller_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "router/table.h"
#include "server/config/name_rules.h"
#include "server/config/served_models.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

constexpr char kHowToDigest[] = "printf %s \"$KEY\" | sha256sum";
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

// One caller after another; remembers which digests are taken.
class CallerRules {
 public:
  CallerRules(const v1::Config& config, const ConfigIndex& index, Findings* findings)
      : findings_(*findings), served_(config, index, findings->source()) {}

  void Check(const v1::Caller& caller, const std::string& path) {
    names_.Check(caller.name(), path);
    CheckDigest(caller.key_sha256(), path);
    CheckModels(caller, path);
  }

 private:
  // Never repeats the value: it may be the key itself.
  void CheckDigest(const std::string& written, const std::string& path) {
    if (written.empty()) {
      return findings_.AddMissing(path, "key_sha256",
                                  absl::StrCat("a caller needs the SHA-256 of its key: ", kHowToDigest));
    }
    const std::string at = FieldPath(path, "key_sha256");
    if (!IsDigest(written)) {
      return findings_.Add(
          at, absl::StrCat("must be the SHA-256 of the key, 64 hex digits and nothing else: ", kHowToDigest,
                           "; the key itself is never written into this file"));
    }
    const std::string digest = absl::AsciiStrToLower(written);
    if (std::count(std::begin(kDigestsOfNothing), std::end(kDigestsOfNothing), digest) != 0) {
      return findings_.Add(at, "is the SHA-256 of an empty key; was the variable that holds the key set?");
    }
    const auto [first, is_new] = taken_.emplace(digest, at);
    if (is_new) return;
    findings_.Add(at, absl::StrCat("another caller has the same key, on line ",
                                   findings_.source().Find(first->second).line));
  }

  void CheckModels(const v1::Caller& caller, const std::string& path) {
    const std::string list = FieldPath(path, "models");
    if (caller.models().empty() && findings_.IsRead(path, "models")) {
      findings_.Add(list,
                    "an empty list: name the models this caller may ask for, or leave the key out for any");
    }
    std::set<std::string> seen;
    for (int i = 0; i < caller.models_size(); ++i) {
      const std::string& model = caller.models(i);
      // Empty: it could not be read, and that has been said.
      if (model.empty()) continue;
      const std::string at = ItemPath(list, static_cast<std::size_t>(i));
      if (!seen.insert(model).second) {
        findings_.Add(at, absl::StrCat("the model ", Quoted(model), " is listed twice"));
        continue;
      }
      CheckOneModel(caller, model, path, at);
    }
  }

  void CheckOneModel(const v1::Caller& caller, const std::string& model, const std::string& path,
                     const std::string& at) {
    if (std::string what = CheckModel(model); !what.empty()) return findings_.Add(at, std::move(what));
    if (model == router::kAnyModel) {
      return findings_.Add(at, "is no model; to allow this caller every model, leave models out");
    }
    const SourceMap& source = findings_.source();
    // An environment that could not be read, or may be what an unknown key was meant to be.
    if (source.IsBroken(path) || source.IsBroken(FieldPath(path, "environment"))) return;
    if (served_.MayServe(model, caller.environment())) return;
    const char* word = caller.environment() == v1::ENVIRONMENT_SANDBOX ? "sandbox" : "production";
    findings_.Add(at, absl::StrCat("no policy names the model ", Quoted(model), " in ", word, ", and ", word,
                                   " has no primary endpoint", findings_.Hint(model, [&] {
                                     return served_.Names(caller.environment());
                                   })));
  }

  Findings& findings_;
  const ServedModels served_;
  NameRules names_{"caller", &findings_};
  // Path of the first of each digest, in lower case.
  std::map<std::string, std::string> taken_;
};

}  // namespace

void CheckCallers(const v1::Config& config, const ConfigIndex& index, Findings* findings) {
  if (config.callers().empty() && findings->IsRead("", "callers")) {
    findings->Add("callers", "an empty list would let everybody in; if that is meant, leave the key out");
  }
  CallerRules rules(config, index, findings);
  for (int i = 0; i < config.callers_size(); ++i) {
    rules.Check(config.callers(i), ItemPath("callers", static_cast<std::size_t>(i)));
  }
}

}  // namespace spillway::server
