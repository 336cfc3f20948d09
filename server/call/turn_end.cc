#include "server/call/turn_end.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "server/log.h"

namespace spillway::server {

void TurnEnd::PutOffReply(Task reply) {
  put_off_.replies.push_back(std::move(reply));
  Await();
}

void TurnEnd::PutOffLog(Task log) {
  put_off_.logs.push_back(std::move(log));
  Await();
}

// Asio puts it behind all that is ready now.
void TurnEnd::Await() {
  if (!std::exchange(awaited_, true)) boost::asio::post(io_, [this] { Run(); });
}

void TurnEnd::Run() {
  awaited_ = false;
  std::swap(put_off_, running_);
  for (Task& reply : running_.replies) std::exchange(reply, nullptr)();
  running_.replies.clear();
  const LogBatch one_write;
  for (Task& log : running_.logs) std::exchange(log, nullptr)();
  running_.logs.clear();
}

}  // namespace spillway::server
