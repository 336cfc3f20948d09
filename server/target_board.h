// All that is known of the targets, put together for the operator: health, figures, connections.
//
// Any thread but the I/O thread, which must be running: figures and connections are its own, and it is asked
// for them and waited for. Ownership: everything it is given outlives it.
#ifndef SPILLWAY_SERVER_TARGET_BOARD_H_
#define SPILLWAY_SERVER_TARGET_BOARD_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "server/call_runner.h"
#include "server/proto_time.h"
#include "server/shared_router.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::server {

class TargetBoard {
 public:
  TargetBoard(boost::asio::io_context& io, SharedRouter& router, CallRunner& runner, FiguresBook& figures)
      : io_(io), router_(router), runner_(runner), figures_(figures) {}

  using Statuses = google::protobuf::RepeatedPtrField<v1::TargetStatus>;

  // Every target, in the order of configuration.
  Statuses All() const;

  // What the router says of one, and the rest of it.
  v1::TargetStatus Show(const router::TargetStatus& target, const WallClock& clock) const;

 private:
  Statuses Show(const std::vector<router::TargetStatus>& targets, const WallClock& clock) const;
  // I/O thread.
  void Complete(const router::TargetStatus& target, const WallClock& clock, v1::TargetStatus& status) const;

  boost::asio::io_context& io_;
  SharedRouter& router_;
  CallRunner& runner_;
  FiguresBook& figures_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TARGET_BOARD_H_
