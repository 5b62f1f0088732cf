#pragma once

namespace keel::ops {

/// What a process that uses gRPC wants set once, before much runs; again does nothing. `GrpcServer` calls it; a process
/// that is only a client should.
///
/// Debian's absl is built with its lock-order detector on: each of gRPC's locks walks a global graph, under one lock.
/// Switched off, a call costs some 10 % less CPU on either side.
void prepare_grpc();

}  // namespace keel::ops
