// The models that can be asked for, as OpenAI's GET /v1/models tells them.
//
// Those that policies name, and those of the provider of the environment's primary endpoint; a policy for any
// model names none. Each caller sees those of its environment that it may ask for. Immutable, thread-safe.
#ifndef SPILLWAY_SERVER_OPENAI_MODEL_LIST_H_
#define SPILLWAY_SERVER_OPENAI_MODEL_LIST_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "server/identity.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

class ModelList {
 public:
  // `config` is one the validator passed; `created` is Unix time in seconds, told of every model.
  ModelList(const v1::Config& config, std::int64_t created);

  // The body of GET /v1/models.
  std::string All(const Identity& caller) const;
  // The body of GET /v1/models/MODEL; empty: the caller has no such model.
  std::string One(const std::string& model, const Identity& caller) const;

 private:
  // Who owns it, by its name: "spillway", or the provider's.
  using Owners = std::map<std::string, std::string>;

  const Owners& Of(const Identity& caller) const {
    return owners_[static_cast<std::size_t>(caller.environment) - 1];
  }

  const std::int64_t created_;
  // Indexed by Environment - 1.
  std::array<Owners, 2> owners_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_MODEL_LIST_H_
