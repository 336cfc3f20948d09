// Who may use the operator's service: those who show a key of server.admin.keys, or everybody who reaches it.
//
// Thread-safe. Keys are compared as callers' are (caller_registry.h); no text that was presented
// is ever part of a refusal or of the log.
#ifndef SPILLWAY_SERVER_ADMIN_KEYS_H_
#define SPILLWAY_SERVER_ADMIN_KEYS_H_

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Who makes a call.
struct Operator {
  // The key's name; empty: none is asked for.
  std::string key;
  // Of the client's certificate, if one was asked for.
  std::string certificate;
  std::string peer;
  // OK: may call. UNAUTHENTICATED: no key, or none that is configured.
  grpc::Status refusal;
};

// By the keys that are in force now. Makes a registry of them for each call: those are made by hand.
Operator OperatorOf(const grpc::ServerContext& context, const v1::AdminListener& listener);

// What a command was about; empty: no target.
struct CommandTarget {
  std::string_view endpoint;
  std::string_view model;
};

// One line, event `admin`: who did what, and what came of it.
void LogCommand(std::string_view command, const Operator& who, const CommandTarget& target,
                const grpc::Status& status);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ADMIN_KEYS_H_
