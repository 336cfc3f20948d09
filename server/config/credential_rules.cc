#include "server/config/credential_rules.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/config/aws_region.h"
#include "server/config/scalar_values.h"

namespace spillway::server {
namespace {

constexpr std::size_t kMaxRegionLength = 64;

void CheckSource(const v1::Secret& secret, const std::string& at, Findings* findings) {
  if (secret.source_case() != v1::Secret::SOURCE_NOT_SET) return;
  const SourceMap& source = findings->source();
  if (source.IsBroken(at) || source.IsBroken(FieldPath(at, "env")) || source.IsBroken(FieldPath(at, "file")))
    return;
  findings->Add(at, "needs a source: {env: NAME_OF_VARIABLE} or {file: /path}");
}

bool IsRegion(std::string_view region) {
  return region.size() <= kMaxRegionLength && std::all_of(region.begin(), region.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

void CheckRegion(const v1::Endpoint& endpoint, const std::string& at, Findings* findings) {
  const std::string field = FieldPath(at, "region");
  if (findings->source().IsBroken(field)) return;
  if (!IsRegion(endpoint.aws().region())) return findings->Add(field, "not a region, as in us-east-1");
  if (AwsRegionOf(endpoint).empty()) {
    findings->AddMissing(at, "region", "the url's host names no region, so aws needs one, as in us-east-1");
  }
}

void CheckAwsKeys(const v1::AwsCredentials& aws, const std::string& at, Findings* findings) {
  if (aws.has_access_key_id()) {
    CheckSource(aws.access_key_id(), FieldPath(at, "access_key_id"), findings);
  } else {
    findings->AddMissing(at, "access_key_id", "signing needs an access_key_id");
  }
  if (aws.has_secret_access_key()) {
    CheckSource(aws.secret_access_key(), FieldPath(at, "secret_access_key"), findings);
  } else {
    findings->AddMissing(at, "secret_access_key", "signing needs a secret_access_key");
  }
  if (aws.has_session_token()) CheckSource(aws.session_token(), FieldPath(at, "session_token"), findings);
}

}  // namespace

void CheckCredentials(const v1::Endpoint& endpoint, const std::string& path, const ConfigIndex& index,
                      Findings* findings) {
  if (endpoint.has_api_key()) CheckSource(endpoint.api_key(), FieldPath(path, "api_key"), findings);
  if (!endpoint.has_aws()) return;
  const std::string at = FieldPath(path, "aws");
  if (findings->source().IsBroken(at)) return;
  if (endpoint.has_api_key()) findings->Add(at, "is given beside api_key; a request carries one credential");
  CheckAwsKeys(endpoint.aws(), at, findings);
  const auto* provider = index.providers.Find(endpoint.provider());
  const v1::Api api = provider == nullptr ? v1::API_UNSPECIFIED : provider->message->api();
  if (api == v1::API_BEDROCK) return CheckRegion(endpoint, at, findings);
  if (api == v1::API_UNSPECIFIED) return;
  findings->Add(at, absl::StrCat("has no effect: the provider ", Quoted(endpoint.provider()), " speaks ",
                                 EnumWord(*v1::Api_descriptor()->FindValueByNumber(api)),
                                 ", and only bedrock takes signed requests"));
}

}  // namespace spillway::server
