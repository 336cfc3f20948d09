#include "client/command/render_reload.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

std::string MetadataOf(const Outcome& outcome, const char* key) {
  const auto& metadata = outcome.details.error_info->metadata();
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : OneLine(found->second);
}

}  // namespace

std::string RenderReload(const v1::ReloadConfigResponse& response, const ReportOptions& options) {
  const Paint paint(options.colour);
  std::string out = response.changed() ? absl::StrCat("Reloaded: configuration ", response.config_hash(),
                                                      " is now in force.\n")
                                       : absl::StrCat("Nothing changed: configuration ",
                                                      response.config_hash(), " was in force already.\n");
  for (const std::string& setting : response.restart_needed()) {
    absl::StrAppend(&out, paint(Tone::kCaution, OneLine(setting)),
                    " differs in the file, and waits for a restart.\n");
  }
  return out;
}

bool IsRejectedConfig(const Outcome& outcome) {
  return outcome.details.error_info && outcome.details.error_info->reason() == "INVALID_CONFIG";
}

std::string RenderRejectedConfig(const Outcome& outcome, const ReportOptions& options) {
  const Paint paint(options.colour);
  std::string out =
      Line(paint, "failed", "the configuration file has errors; nothing has changed", Tone::kBad);
  out += Line(paint, "file", MetadataOf(outcome, "file"));
  const auto& violations = outcome.details.violations;
  for (const auto& violation : violations) {
    const std::string field = OneLine(violation.field());
    out += Line(paint, &violation == &violations.front() ? "errors" : "",
                absl::StrCat(field, field.empty() ? "" : ": ", OneLine(violation.description())));
  }
  std::size_t count = 0;
  if (absl::SimpleAtoi(MetadataOf(outcome, "errors"), &count) && count > violations.size()) {
    out +=
        Line(paint, "", absl::StrCat("and ", count - violations.size(), " more, which the server's log has"));
  }
  return out;
}

}  // namespace spillway::client
