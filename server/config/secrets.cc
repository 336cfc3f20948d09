#include "server/config/secrets.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/findings.h"
#include "server/config/read_file.h"

namespace spillway::server {
namespace {

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// Whether `name` is so much like a variable's name and so little like a key that it may be shown.
bool IsPlainlyAName(const std::string& name) {
  const bool all = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
  });
  return all && name.size() <= 64 && name.find('_') != std::string::npos;
}

bool CanBeVariable(const std::string& name) {
  return !name.empty() && !absl::ascii_isdigit(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

// Whether `text` can be the value of an HTTP header.
absl::Status CheckSecret(std::string_view text) {
  if (text.empty()) return Wrong("the secret is empty");
  if (std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
    return Wrong("the secret has a line break or another control character in it");
  }
  if (text.front() == ' ' || text.back() == ' ') return Wrong("the secret begins or ends with a space");
  return absl::OkStatus();
}

absl::StatusOr<SecretString> FromVariable(const std::string& name, const GetEnv& get_env) {
  if (!CanBeVariable(name)) {
    return Wrong(
        "not the name of an environment variable; write the variable's name, never the secret itself");
  }
  const std::string shown = IsPlainlyAName(name) ? absl::StrCat("the environment variable ", name)
                                                 : "the environment variable named here";
  const char* value = get_env(name.c_str());
  if (value == nullptr) return Wrong(absl::StrCat(shown, " is not set"));
  if (*value == '\0') return Wrong(absl::StrCat(shown, " is empty"));
  SecretString secret{std::string(value)};
  if (const absl::Status status = CheckSecret(secret.Reveal()); !status.ok()) return status;
  return secret;
}

absl::StatusOr<SecretString> FromFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxSecretFileBytes);
  if (!text.ok()) return Wrong(absl::StrCat("cannot read the file named here: ", text.status().message()));
  if (absl::EndsWith(*text, "\n")) text->resize(text->size() - (absl::EndsWith(*text, "\r\n") ? 2 : 1));
  SecretString secret(*std::move(text));
  if (const absl::Status status = CheckSecret(secret.Reveal()); !status.ok()) return status;
  return secret;
}

void CheckCaFile(const std::string& file, const std::string& path, Findings* findings) {
  if (file.empty()) return;
  const absl::StatusOr<std::string> text = ReadFile(file, kMaxCaFileBytes);
  if (!text.ok()) {
    findings->Add(path, absl::StrCat("cannot read ", Quoted(file), ": ", text.status().message()));
  } else if (!absl::StrContains(*text, "CERTIFICATE-----")) {
    findings->Add(path, absl::StrCat(Quoted(file), " holds no certificate in PEM form"));
  }
}

// What `source`, found at `path`, refers to; nothing where it names no source.
void Resolve(const v1::Secret& source, const std::string& path, const GetEnv& get_env, Findings* findings,
             SecretString& out) {
  if (source.source_case() == v1::Secret::SOURCE_NOT_SET) return;
  const bool from_file = source.source_case() == v1::Secret::kFile;
  absl::StatusOr<SecretString> secret =
      from_file ? FromFile(source.file()) : FromVariable(source.env(), get_env);
  if (secret.ok()) {
    out = *std::move(secret);
  } else {
    findings->Add(FieldPath(path, from_file ? "file" : "env"), std::string(secret.status().message()));
  }
}

}  // namespace

SecretsResult ResolveSecrets(const LoadedConfig& loaded, const GetEnv& get_env) {
  SecretsResult result;
  Findings findings(loaded.source, &result.errors);
  int index = 0;
  for (const v1::Endpoint& endpoint : loaded.config.endpoints()) {
    const std::string path = ItemPath("endpoints", static_cast<std::size_t>(index++));
    CheckCaFile(endpoint.tls().ca_file(), FieldPath(path, "tls.ca_file"), &findings);
    EndpointSecrets secrets;
    const auto resolve = [&](const v1::Secret& source, std::string_view name, SecretString& out) {
      Resolve(source, FieldPath(path, name), get_env, &findings, out);
    };
    resolve(endpoint.api_key(), "api_key", secrets.api_key);
    resolve(endpoint.aws().access_key_id(), "aws.access_key_id", secrets.aws.access_key_id);
    resolve(endpoint.aws().secret_access_key(), "aws.secret_access_key", secrets.aws.secret_access_key);
    resolve(endpoint.aws().session_token(), "aws.session_token", secrets.aws.session_token);
    if (!secrets.api_key.empty() || !secrets.aws.empty()) {
      result.secrets.insert_or_assign(endpoint.name(), std::move(secrets));
    }
  }
  SortErrors(&result.errors);
  return result;
}

SecretsResult ResolveSecrets(const LoadedConfig& loaded) {
  return ResolveSecrets(loaded, [](const char* name) { return std::getenv(name); });
}

}  // namespace spillway::server
