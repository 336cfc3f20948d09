// The news of a running server's targets, kept coming: a watch is begun anew when the server is lost.
//
// One thread uses it; it has one of its own that waits for the server. Its destructor ends both the watch and
// that thread.
#ifndef SPILLWAY_CLIENT_COMMAND_WATCH_FEED_H_
#define SPILLWAY_CLIENT_COMMAND_WATCH_FEED_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "client/options.h"
#include "client/result.h"
#include "client/targets_watch.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

struct WatchNews {
  enum class Kind : std::uint8_t {
    kTargets,
    // The server is gone; it is asked again, a second later and so on.
    kLost,
    // The end: the server was never reached, or refuses.
    kFailed,
  };
  Kind kind = Kind::kTargets;
  v1::WatchTargetsResponse targets;
  // Of kLost and kFailed.
  Outcome outcome;
};

// Whether a watch that ended so, having worked before, may work again.
bool MayBeBack(const Outcome& outcome);

class WatchFeed {
 public:
  // `options` are ones that a client can be made of. `interval` as WatchTargetsRequest's.
  WatchFeed(ClientOptions options, std::chrono::milliseconds interval);
  ~WatchFeed();
  WatchFeed(const WatchFeed&) = delete;
  WatchFeed& operator=(const WatchFeed&) = delete;

  // Readable when there is news.
  int descriptor() const { return wakes_; }
  std::optional<WatchNews> Take();

  // Gives the watch up for lost, although nothing has said so.
  void Renew();

 private:
  void Run();
  // False: there is nothing more to do.
  bool WatchOnce();
  void Give(WatchNews news);

  const ClientOptions options_;
  const std::chrono::milliseconds interval_;
  const int wakes_;
  // Of the thread alone.
  bool worked_ = false;

  std::mutex mutex_;
  // Guarded by mutex_, as all below.
  std::condition_variable stopped_;
  bool stop_ = false;
  std::deque<WatchNews> news_;
  // The one under way.
  TargetsWatch* watch_ = nullptr;
  std::thread thread_;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_WATCH_FEED_H_
