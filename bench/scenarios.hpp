#pragma once

#include "bench/finding.hpp"
#include "bench/setup.hpp"

namespace keel::bench {

// What can be measured. Each blocks until it is done, measures its references in the same run, and throws
// std::runtime_error when it cannot. docs/performance.md says what the numbers mean.

/// The bare echo alone: what gRPC and the load generator cost on this machine, before anything is done.
Finding bench_echo(const Setup& setup);
/// Durable commands a second, spread over carts: beside the bare echo and raw appends, then at half of that load.
Finding bench_command(const Setup& setup);
/// The same on one SKU.
Finding bench_hot(const Setup& setup);
/// Commands through the streaming rpc, beside raw appends.
Finding bench_stream(const Setup& setup);
/// How much a client that repeats 1,000 old request ids a second slows its neighbours: median of interleaved pairs.
Finding bench_neighbours(const Setup& setup);
/// Point reads from the read store and hot reads from memory, beside the echo and a raw SELECT by primary key.
Finding bench_query(const Setup& setup);
/// From a command's answer to its visibility in a query that carries its token, at fixed rates.
Finding bench_lag(const Setup& setup);
/// Writes the cold aggregates of `bench_recovery` into a journal that nobody owns.
void prepare_recovery(const Setup& setup);
/// The first answer of cold aggregates of many sizes, with and without snapshot, beside raw reads of the same rows.
Finding bench_recovery(const Setup& setup);
/// Fills a journal that nobody owns, as if it were old: nothing is left to be published, or to react to.
void prepare_rebuild(const Setup& setup);
/// Rebuilds, verifies and promotes the carts with `keel replay` while commands and queries go on: what it costs them,
/// and whether a query failed or mixed generations. On what `prepare_rebuild` filled.
Finding bench_rebuild_live(const Setup& setup);
/// What an append costs as the journal grows from nothing.
Finding bench_flat(const Setup& setup);
/// Memory of a live aggregate.
Finding bench_idle(const Setup& setup);
/// What people in front of the dashboard cost the commands, and how quickly it answers them; many aggregates live.
Finding bench_watchers(const Setup& setup);
/// A flash sale through the whole pipeline while queries are asked.
Finding bench_mixed(const Setup& setup);

}  // namespace keel::bench
