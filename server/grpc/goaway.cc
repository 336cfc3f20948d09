#include "server/grpc/goaway.h"

#include <dlfcn.h>
#include <grpc/grpc.h>
#include <grpcpp/alarm.h>

#include <chrono>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"

namespace spillway::server {
namespace {

// gRPC 1.51. There a grpc_server* is a grpc_core::Server* by another name.
constexpr char kKnownVersions[] = "29.";

// A member function without arguments, as the ABI calls it.
using Member = void (*)(grpc_server* server);

Member MemberNamed(const char* name) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return reinterpret_cast<Member>(dlsym(RTLD_DEFAULT, name));
}

// Whether this thread is where gRPC's inner functions may be called: inside one of its execution contexts.
bool IsInsideGrpc() {
  const auto* current = static_cast<void* const*>(dlsym(RTLD_DEFAULT, "_ZN9grpc_core7ExecCtx9exec_ctx_E"));
  return current != nullptr && *current != nullptr;
}

bool SendGoawaysFromInside(grpc_server* server) {
  const Member stop_listening = MemberNamed("_ZN9grpc_core6Server13StopListeningEv");
  const Member send_goaways = MemberNamed("_ZN9grpc_core6Server11SendGoawaysEv");
  if (stop_listening == nullptr || send_goaways == nullptr || !IsInsideGrpc()) return false;
  stop_listening(server);
  send_goaways(server);
  return true;
}

}  // namespace

bool SendGoaways(grpc::Server& server) {
  if (!absl::StartsWith(grpc_version_string(), kKnownVersions)) return false;
  bool sent = false;
  absl::Notification done;
  // An alarm's callback is called from inside gRPC.
  grpc::Alarm alarm;
  alarm.Set(std::chrono::system_clock::now(), [&](bool) {
    sent = SendGoawaysFromInside(server.c_server());
    done.Notify();
  });
  done.WaitForNotification();
  return sent;
}

}  // namespace spillway::server
