#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "command/request.hpp"
#include "core/token.hpp"
#include "domain/cart/cart.hpp"
#include "kafka/event_message.hpp"
#include "postgres/parameters.hpp"
#include "query/projection.hpp"

namespace keel::micro {

/// The moment at which everything happens.
inline constexpr Timestamp moment{std::chrono::seconds(1'769'860'800)};

/// How often each runs its function (`measured_encode_batch`: so many rows).
inline constexpr int turns = 1'000;

// What callgrind counts (tools/bench_guard.py): everything called from a function whose name begins with `measured_`.
// Each throws std::logic_error when what it calls does not do its work.
extern "C" {
void measured_read_request(const command::Method& method, std::string_view bytes, const command::Envelope& envelope,
                           const command::EdgeOptions& options);
void measured_fingerprint(std::string_view method, std::string_view command);
void measured_decide_and_evolve(cart::v1::CartState& cart, const cart::v1::AddItemRequest& add,
                                const cart::v1::RemoveItemRequest& remove);
void measured_encode_batch(postgres::Parameters& out, const std::vector<std::string>& texts,
                           const std::vector<std::int64_t>& numbers, const Uuid& id);
void measured_encode_event(kafka::EventEncoder& encoder, const kafka::EventMessage& event);
void measured_fold_projection(query::Folder& folder, query::WorkingSet& rows,
                              const std::vector<journal::RecordedEvent>& events);
void measured_token(const Token& token);
}

}  // namespace keel::micro
