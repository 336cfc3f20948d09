#include "server/target_board.h"

#include <boost/asio/post.hpp>

#include "absl/synchronization/notification.h"
#include "server/trace.h"

namespace spillway::server {

TargetBoard::Statuses TargetBoard::All() const {
  const WallClock clock = WallClock::Now();
  return Show(router_.Targets(clock.steady()), clock);
}

v1::TargetStatus TargetBoard::Show(const router::TargetStatus& target, const WallClock& clock) const {
  return Show(std::vector{target}, clock).Get(0);
}

TargetBoard::Statuses TargetBoard::Show(const std::vector<router::TargetStatus>& targets,
                                        const WallClock& clock) const {
  Statuses statuses;
  absl::Notification done;
  boost::asio::post(io_, [&] {
    for (const router::TargetStatus& target : targets) {
      v1::TargetStatus& status = *statuses.Add();
      status = StatusOf(target, clock);
      Complete(target, clock, status);
    }
    done.Notify();
  });
  done.WaitForNotification();
  return statuses;
}

void TargetBoard::Complete(const router::TargetStatus& target, const WallClock& clock,
                           v1::TargetStatus& status) const {
  *status.mutable_figures() = figures_.Of(target.name).Show(clock);
  if (runner_.runtime() == nullptr) return;
  const EndpointClients& endpoints = runner_.runtime()->endpoints();
  // A reload may have come in between.
  const auto endpoint = endpoints.find(target.name.endpoint);
  if (endpoint == endpoints.end()) return;
  const transport::ConnectionCounts counts = endpoint->second.client->connections();
  v1::EndpointConnections& connections = *status.mutable_connections();
  connections.set_connecting(static_cast<std::int32_t>(counts.connecting));
  connections.set_active(static_cast<std::int32_t>(counts.active));
  connections.set_idle(static_cast<std::int32_t>(counts.idle));
}

}  // namespace spillway::server
