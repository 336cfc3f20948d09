#include "server/config/aws_region.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace spillway::server {

std::string AwsRegionOf(const v1::Endpoint& endpoint) {
  if (!endpoint.aws().region().empty()) return endpoint.aws().region();
  const auto url = boost::urls::parse_uri({endpoint.url().data(), endpoint.url().size()});
  if (!url) return "";
  const std::string host = absl::AsciiStrToLower(url->host());
  if (!absl::StrContains(host, ".amazonaws.com") && !absl::EndsWith(host, ".api.aws")) return "";
  const std::vector<std::string> labels = absl::StrSplit(host, '.');
  const auto service = std::find_if(labels.begin(), labels.end(), [](const std::string& label) {
    return label == "bedrock-runtime" || label == "bedrock-runtime-fips";
  });
  return service == labels.end() || service + 1 == labels.end() || *(service + 1) == "amazonaws"
             ? ""
             : *(service + 1);
}

}  // namespace spillway::server
