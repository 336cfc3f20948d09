// How many descriptors this process may have, and has.
//
// Every connection is one, those to providers too. When clients take the last one, no call can be answered,
// and gRPC has trouble coming back: whoever accepts connections stops at ClientDescriptors.
//
// System calls, cheap but for OpenDescriptors on old kernels. Thread-safe.
#ifndef SPILLWAY_SERVER_DESCRIPTORS_H_
#define SPILLWAY_SERVER_DESCRIPTORS_H_

namespace spillway::server {

// RLIMIT_NOFILE.
int DescriptorLimit();

// INT_MAX: there is none left.
int LowestFreeDescriptor();

// No connection of a client may get a descriptor of this number or above: what is left is for connections to
// providers, the admin listeners and files. An eighth of the limit, and at least 16.
int ClientDescriptors(int limit);

// -1: nobody knows.
int OpenDescriptors();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_DESCRIPTORS_H_
