#include "server/config/parameter_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "providers/parameter_overrides.h"
#include "server/config/nearest_word.h"

namespace spillway::server {
namespace {

using google::protobuf::Struct;

// Parameters of providers that look like slips of a name of ours and are none.
constexpr const char* kLookalikes[] = {"top_k",          "top_a",          "min_tokens",
                                       "max_new_tokens", "search_options", "user_id"};

std::vector<std::string> KnownNames() {
  std::vector<std::string> names = providers::ParameterNames();
  names.insert(names.end(), std::begin(kLookalikes), std::end(kLookalikes));
  return names;
}

// What `name` was probably meant to be; empty: it is what it was meant to be.
std::string MeantName(const std::string& name) {
  static const auto& known = *new std::vector<std::string>(KnownNames());
  if (providers::IsReservedParameter(name)) return "";
  const std::string nearest = NearestWord(name, known);
  return nearest == name ? "" : nearest;
}

// Says what is wrong inside of the parameter at `path`, at the nearest place that the file has. `inside`
// leads there from the parameter: ".json_schema.name", "[1]", "".
void AddInside(std::string path, const std::string& inside, const std::string& problem, Findings* findings) {
  std::size_t end = inside.size();
  while (end > 0 && !findings->source().Contains(path + inside.substr(0, end))) {
    end = inside.find_last_of(".[", end - 1);
  }
  path += inside.substr(0, end);
  if (end == inside.size()) return findings->Add(path, problem);
  const std::string rest = inside.substr(inside[end] == '.' ? end + 1 : end);
  findings->Add(path, absl::StrCat(Quoted(rest), " ", problem));
}

std::vector<std::string> SortedNames(const Struct& parameters) {
  std::vector<std::string> names;
  for (const auto& [name, value] : parameters.fields()) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void CheckParameters(const Struct& parameters, const std::string& target_path, Findings* findings) {
  const std::string path = FieldPath(target_path, "parameters");
  if (parameters.fields().empty() && findings->IsRead(target_path, "parameters")) {
    findings->Add(path, "has no effect: it names no parameter");
  }
  providers::ParameterOverrides overrides;
  for (const std::string& name : SortedNames(parameters)) {
    const std::string at = KeyPath(path, name);
    // Not all of it could be read, and that has been said.
    if (findings->source().IsBroken(at)) continue;
    if (const std::string meant = MeantName(name); !meant.empty()) {
      findings->Add(at, absl::StrCat("unknown parameter ", Quoted(name), "; did you mean ", Quoted(meant),
                                     "? One that your provider knows by this name goes under `extra`"));
      continue;
    }
    providers::FieldError error;
    if (overrides.Add(name, parameters.fields().at(name), error)) continue;
    AddInside(at, error.path().substr(name.size()), error.problem(), findings);
  }
}

}  // namespace spillway::server
