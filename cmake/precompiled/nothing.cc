// What carries a precompiled header: CMake makes one for a target, and a target has a source.
