#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "support/cart_crowd.hpp"
#include "support/postgres_cluster.hpp"

namespace keel::test {

/// Holds a journal against its promises, in SQL of its own. Each answers what is wrong, in words; empty = nothing.
/// (docs/protocol.md 1; promises J1, J2, J7, J8.)

/// Versions of every aggregate and positions of every lane are 1..n; epochs of a lane never fall.
std::vector<std::string> holes(const Database& journal);
/// Every acknowledged command is there once, with the version that was told; every receipt has its one event.
std::vector<std::string> lost_or_doubled(const Database& journal,
                                         const std::vector<CartCrowd::Acknowledged>& acknowledged);
/// Every cart, as the query edge tells it, equals the fold of its events. Waits until the journal's heads are visible.
std::vector<std::string> unlike_the_fold(const Database& journal, const std::shared_ptr<grpc::Channel>& query);
/// Repeats this many acknowledged commands: each gets its first reply, byte for byte.
std::vector<std::string> unlike_the_first_reply(const std::vector<CartCrowd::Acknowledged>& acknowledged,
                                                std::size_t sample, const std::shared_ptr<grpc::Channel>& command);

}  // namespace keel::test
