// What the calls that end in one turn of the I/O thread's loop put off to its end: their replies, and then
// their log lines.
//
// Replies that follow each other directly turned out to cost less than replies among all else that calls do,
// and gRPC's threads are woken less often. The log lines become one write. docs/performance.md has figures.
//
// I/O thread only. What is put off while a turn ends is the next one's.
#ifndef SPILLWAY_SERVER_CALL_TURN_END_H_
#define SPILLWAY_SERVER_CALL_TURN_END_H_

#include <boost/asio/io_context.hpp>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace spillway::server {

class TurnEnd {
 public:
  // Two pointers' worth of captures cost no allocation.
  using Task = absl::AnyInvocable<void()>;

  explicit TurnEnd(boost::asio::io_context& io) : io_(io) {}

  void PutOffReply(Task reply);
  // The reply comes first: the log is nothing to wait for.
  void PutOffLog(Task log);

 private:
  struct Tasks {
    std::vector<Task> replies;
    std::vector<Task> logs;
  };

  void Await();
  void Run();

  boost::asio::io_context& io_;
  bool awaited_ = false;
  Tasks put_off_;
  // Empty but while a turn ends; kept for its memory.
  Tasks running_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_TURN_END_H_
