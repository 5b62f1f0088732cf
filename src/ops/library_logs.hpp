#pragma once

namespace keel::ops {

/// From now on, what protobuf and gRPC would print on standard error goes through our log, as lines of our format.
/// Protobuf complains about every text of a client that is no UTF-8, so its errors are only `debug`. Once, at start.
void adopt_library_logs();

}  // namespace keel::ops
