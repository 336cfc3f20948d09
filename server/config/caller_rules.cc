#include "server/config/caller_rules.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "router/table.h"
#include "server/config/digest_rules.h"
#include "server/config/name_rules.h"
#include "server/config/served_models.h"
#include "server/config/value_checks.h"

namespace spillway::server {
namespace {

// A DNS name has at most 253 bytes; a SPIFFE ID, which is the longest name in use, 2048.
constexpr std::size_t kMaxSanBytes = 2048;
constexpr std::uint32_t kMaxCalls = 1'000'000;

bool AsksForClientCertificates(const v1::Config& config) {
  return !config.server().grpc().tls().client_ca_file().empty() ||
         !config.server().openai().tls().client_ca_file().empty();
}

bool IsVisible(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
}

// One caller after another; remembers which names of certificates are taken.
class CallerRules {
 public:
  CallerRules(const v1::Config& config, const ConfigIndex& index, DigestRules& digests, Findings* findings)
      : findings_(*findings),
        served_(config, index, findings->source()),
        digests_(digests),
        asks_for_certificates_(AsksForClientCertificates(config)) {}

  void Check(const v1::Caller& caller, const std::string& path) {
    names_.Check(caller.name(), path);
    CheckDigest(caller, path);
    CheckSan(caller, path);
    CheckModels(caller, path);
    if (!caller.has_max_calls_in_flight()) return;
    if (caller.max_calls_in_flight() >= 1 && caller.max_calls_in_flight() <= kMaxCalls) return;
    findings_.Add(FieldPath(path, "max_calls_in_flight"), absl::StrCat("must be from 1 to ", kMaxCalls));
  }

 private:
  void CheckDigest(const v1::Caller& caller, const std::string& path) {
    if (!caller.key_sha256().empty()) return digests_.Check(caller.key_sha256(), path);
    if (!caller.san().empty()) return;
    findings_.AddMissing(path, "key_sha256",
                         absl::StrCat("a caller needs the SHA-256 of its key: ", kHowToDigest));
  }

  void CheckSan(const v1::Caller& caller, const std::string& path) {
    const std::string list = FieldPath(path, "san");
    if (caller.san().empty() && findings_.IsRead(path, "san")) {
      findings_.Add(list,
                    "an empty list: name what stands in the caller's certificates, or leave the key out");
    }
    for (int i = 0; i < caller.san_size(); ++i) {
      const std::string& san = caller.san(i);
      // Empty: it could not be read, and that has been said.
      if (!san.empty()) CheckOneSan(san, ItemPath(list, static_cast<std::size_t>(i)));
    }
    if (!caller.san().empty() && !asks_for_certificates_) {
      findings_.Add(list,
                    "no listener asks for client certificates: give server.grpc.tls or server.openai.tls a "
                    "client_ca_file");
    }
  }

  void CheckOneSan(const std::string& san, const std::string& at) {
    if (san.size() > kMaxSanBytes || !IsVisible(san)) {
      return findings_.Add(
          at, absl::StrCat("must be a URI or a DNS name: visible ASCII, at most ", kMaxSanBytes, " bytes"));
    }
    const auto [first, is_new] = sans_.emplace(san, at);
    if (is_new) return;
    findings_.Add(at,
                  absl::StrCat("is named already, on line ", findings_.source().Find(first->second).line));
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
  DigestRules& digests_;
  const bool asks_for_certificates_;
  NameRules names_{"caller", &findings_};
  // Path of the first of each.
  std::map<std::string, std::string> sans_;
};

}  // namespace

void CheckCallers(const v1::Config& config, const ConfigIndex& index, DigestRules& digests,
                  Findings* findings) {
  if (config.callers().empty() && findings->IsRead("", "callers")) {
    findings->Add("callers", "an empty list would let everybody in; if that is meant, leave the key out");
  }
  CallerRules rules(config, index, digests, findings);
  for (int i = 0; i < config.callers_size(); ++i) {
    rules.Check(config.callers(i), ItemPath("callers", static_cast<std::size_t>(i)));
  }
}

}  // namespace spillway::server
