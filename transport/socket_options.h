// What is asked of the kernel for a socket to a provider.
//
// Thread-safety: none needed. Errors are ignored: the socket works without.
#ifndef SPILLWAY_TRANSPORT_SOCKET_OPTIONS_H_
#define SPILLWAY_TRANSPORT_SOCKET_OPTIONS_H_

namespace spillway::transport {

// A provider may think for minutes: keep-alive probes tell a slow one from one that is gone, and keep
// NAT gateways (350 s at AWS) from forgetting us.
void SetConnectionOptions(int descriptor);

// What a stream's caller who stops reading can make the kernel hold. Left alone, the kernel lets the buffer
// of a connection that was once read fast grow to megabytes (tcp_rmem: 6 MB, 32 MB on some systems), and a
// provider may fill it when the caller stops: 1,000 of those are gigabytes. Capping the buffer when a stream
// is paused is too late, since a window once offered is not taken back, and TCP_WINDOW_CLAMP does not last:
// the kernel raises it as it tunes (measured on Linux 6.18: 290 KB held with or without it, 125 KB with
// this). A window of 64 KiB carries 640 KB/s over 100 ms, some 2,000 tokens/s. It stays on the connection,
// for the kernel cannot be asked to tune again; those that carry unary exchanges only never get it.
void CapReceiveBuffer(int descriptor);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_SOCKET_OPTIONS_H_
