// Providers and endpoints by name, for the rules that follow references.
//
// Immutable after construction; thread-safe. Points into the configuration it was made of.
#ifndef SPILLWAY_SERVER_CONFIG_CONFIG_INDEX_H_
#define SPILLWAY_SERVER_CONFIG_CONFIG_INDEX_H_

#include <map>
#include <string>
#include <vector>

#include "server/config/source_map.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// One kind of named things.
template <typename Message>
struct NamedThings {
  struct Entry {
    const Message* message;
    std::string path;
  };
  // The first of each name.
  std::map<std::string, Entry> by_name;
  // Whether the file's reader could make out all of them. If not, a name that is missing here
  // may be one that was misspelled there, and is not worth an error of its own.
  bool complete = true;

  const Entry* Find(const std::string& name) const {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : &found->second;
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : by_name) names.push_back(name);
    return names;
  }
};

struct ConfigIndex {
  ConfigIndex(const v1::Config& config, const SourceMap& source);

  NamedThings<v1::Provider> providers;
  NamedThings<v1::Endpoint> endpoints;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CONFIG_INDEX_H_
