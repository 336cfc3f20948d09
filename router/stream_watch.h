// How long a streamed attempt may go on without an answer, a token or a sign of life.
//
//   start ---first_token_timeout---> first_token_timeout, whatever signs of life come
//   token ---4 x stream_idle_timeout---> stalled, whatever signs of life come
//   token or sign of life ---stream_idle_timeout---> stalled
//   start ---the attempt's own deadline---> its on_timeout
//
// Comments and pings say that the provider is there, and a model may think for a long time between two
// tokens; but a proxy in front of a dead one sends them for ever. Time in which the caller does not
// read is not the provider's, and is not counted against it.
//
// Pure; time is an argument. Not thread-safe.
#ifndef SPILLWAY_ROUTER_STREAM_WATCH_H_
#define SPILLWAY_ROUTER_STREAM_WATCH_H_

#include "router/failure.h"
#include "router/plan.h"
#include "router/time.h"

namespace spillway::router {

class StreamWatch {
 public:
  // `attempt` is a streamed one that began at `start`.
  StreamWatch(const Try& attempt, Instant start);

  // Bytes of the answer's body have come.
  void OnLife(Instant now) { last_life_ = now; }
  // A token was among them.
  void OnToken(Instant now);

  // The caller holds us back: from now until Resume only the attempt's own deadline counts. Nothing has
  // reached the caller before the first token, and both have no effect until then.
  void Pause() { paused_ = has_token_; }
  // The time between tokens begins anew.
  void Resume(Instant now);

  // The attempt has failed if this passes, unless something is heard of it before; how, says failure().
  Instant deadline() const;
  Failure failure() const;

 private:
  // Without the attempt's own deadline.
  Instant SilentUntil() const;

  Instant deadline_;
  Failure on_deadline_;
  Duration idle_timeout_;
  Instant first_token_by_;
  bool has_token_ = false;
  bool paused_ = false;
  Instant last_token_;
  Instant last_life_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_STREAM_WATCH_H_
