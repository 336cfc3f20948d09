#include "tests/sim/gemini_url.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "tests/sim/json_members.h"
#include "tests/sim/message.h"

namespace spillway::sim {
namespace {

using Parts = std::vector<std::string>;

// Whether `parts` are `form`, in which "*" is anything but nothing; the last part is left out of it.
bool Fits(const Parts& parts, const Parts& form) {
  if (parts.size() != form.size() + 1) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (parts[i].empty() || (form[i] != "*" && form[i] != parts[i])) return false;
  }
  return true;
}

GeminiForm FormOf(Parts parts) {
  if (!IsOneOf(parts.front(), {"v1", "v1beta", "v1beta1"})) return GeminiForm::kOther;
  parts.erase(parts.begin());
  if (Fits(parts, {"models"})) return GeminiForm::kStudio;
  if (Fits(parts, {"publishers", "google", "models"})) return GeminiForm::kExpress;
  return Fits(parts, {"projects", "*", "locations", "*", "publishers", "google", "models"})
             ? GeminiForm::kVertex
             : GeminiForm::kOther;
}

}  // namespace

GeminiUrl ReadGeminiUrl(std::string_view target) {
  std::string_view path = PathOf(target);
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  const Parts parts = absl::StrSplit(absl::string_view(path.data(), path.size()), '/');
  // ":" may be sent as "%3A".
  const std::string last = PercentDecoded(parts.back());
  const std::size_t colon = last.rfind(':');
  if (colon == std::string::npos || colon == 0) return {};
  const std::string method = last.substr(colon + 1);
  if (method != "generateContent" && method != "streamGenerateContent") return {};
  const GeminiForm form = FormOf(parts);
  if (form == GeminiForm::kOther) return {};
  return {form, last.substr(0, colon), method == "streamGenerateContent"};
}

}  // namespace spillway::sim
