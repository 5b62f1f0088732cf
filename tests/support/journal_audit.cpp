#include "support/journal_audit.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/client_context.h>

#include <map>

#include "core/token.hpp"
#include "domain/aggregate.hpp"
#include "domain/cart/cart.hpp"
#include "journal/postgres_journal.hpp"
#include "keel/cart/v1/commands.grpc.pb.h"
#include "keel/cart/v1/queries.grpc.pb.h"

namespace keel::test {
namespace {

constexpr std::size_t enough_complaints = 20;

std::unique_ptr<journal::Journal> open(const Database& database) {
  auto session = journal::PostgresJournal::open(database.options());
  if (!session) throw std::runtime_error(session.fault().what);
  return *std::move(session);
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.fault().what);
  return *std::move(result);
}

/// What the journal says of every cart: fold of all events, lane by lane.
struct Folded {
  cart::v1::CartState state;
  std::int64_t version = 0;
  Lane lane;
};

std::map<std::string, Folded> fold_carts(journal::Journal& journal, const std::vector<Position>& heads) {
  const auto& kind = domain::kind_of<cart::Cart>();
  std::map<std::string, Folded> carts;
  for (std::int32_t lane = 0; lane < static_cast<std::int32_t>(heads.size()); ++lane) {
    Position after;
    while (after < heads[static_cast<std::size_t>(lane)]) {
      for (const auto& event : must(journal.read("cart", Lane{lane}, after, 1000))) {
        auto& cart = carts[event.aggregate.id];
        if (!kind.apply(cart.state, event.type, event.payload)) throw std::runtime_error("unreadable " + event.type);
        cart.version = event.version.value;
        cart.lane = event.lane;
        after = event.position;
      }
    }
  }
  return carts;
}

std::string difference(const Folded& folded, const cart::v1::Cart& shown) {
  if (shown.version() != folded.version) {
    return "version " + std::to_string(shown.version()) + ", not " + std::to_string(folded.version);
  }
  if (shown.status() != folded.state.status()) return "another status";
  if (!google::protobuf::util::MessageDifferencer::Equals(shown.totals(), folded.state.totals())) return "other totals";
  if (shown.lines_size() != static_cast<int>(folded.state.lines().size())) return "another number of lines";
  for (const auto& line : shown.lines()) {
    const auto found = folded.state.lines().find(line.line_id());
    if (found == folded.state.lines().end()) return "a line " + line.line_id() + " that no event made";
    if (found->second.sku() != line.sku() || found->second.quantity() != line.quantity()) {
      return "another line " + line.line_id();
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> holes(const Database& journal) {
  std::vector<std::string> found;
  for (const auto& row : journal.rows("SELECT context, aggregate_id FROM events GROUP BY context, aggregate_type, "
                                      "aggregate_id HAVING count(*) <> max(version) OR min(version) <> 1 LIMIT 20")) {
    found.push_back("versions of " + row[0] + "/" + row[1] + " are not 1..n");
  }
  for (const auto& row : journal.rows("SELECT context, lane FROM events GROUP BY context, lane "
                                      "HAVING count(*) <> max(position) OR min(position) <> 1")) {
    found.push_back("positions of " + row[0] + " lane " + row[1] + " are not 1..n");
  }
  for (const auto& row :
       journal.rows("SELECT context, lane, position FROM (SELECT context, lane, position, epoch, lag(epoch) OVER "
                    "(PARTITION BY context, lane ORDER BY position) AS before FROM events) AS e "
                    "WHERE epoch < before LIMIT 20")) {
    found.push_back("a stale owner wrote " + row[0] + " lane " + row[1] + " position " + row[2]);
  }
  return found;
}

std::vector<std::string> lost_or_doubled(const Database& journal,
                                         const std::vector<CartCrowd::Acknowledged>& acknowledged) {
  std::map<std::string, std::pair<int, std::string>> receipts;
  for (const auto& row : journal.rows("SELECT request_id, count(*), max(version) FROM receipts WHERE context = 'cart' "
                                      "GROUP BY request_id")) {
    receipts[row[0]] = {std::stoi(row[1]), row[2]};
  }
  std::vector<std::string> found;
  for (const auto& one : acknowledged) {
    if (found.size() >= enough_complaints) return found;
    const auto receipt = receipts.find(one.request_id);
    if (receipt == receipts.end()) {
      found.push_back(one.request_id + " was acknowledged and is lost");
    } else if (receipt->second.first != 1 || receipt->second.second != std::to_string(one.version)) {
      found.push_back(one.request_id + " is there " + std::to_string(receipt->second.first) + " times with version " +
                      receipt->second.second + ", told was " + std::to_string(one.version));
    }
  }
  const std::string events = journal.value("SELECT count(*) FROM events WHERE context = 'cart'");
  if (events != std::to_string(receipts.size())) {
    found.push_back(events + " events for " + std::to_string(receipts.size()) + " commands of one event each");
  }
  return found;
}

std::vector<std::string> unlike_the_fold(const Database& database, const std::shared_ptr<grpc::Channel>& query) {
  const auto journal = open(database);
  const auto identity = must(journal->identity());
  const auto heads = must(journal->heads("cart"));
  const auto stub = cart::v1::CartQueryService::NewStub(query);
  std::vector<std::string> found;
  for (const auto& [id, folded] : fold_carts(*journal, heads)) {
    cart::v1::GetCartRequest request;
    request.set_cart_id(id);
    request.add_min_token(
        encode(Token{identity.incarnation, "cart", folded.lane, heads[static_cast<std::size_t>(folded.lane.value)]}));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    context.set_wait_for_ready(true);
    cart::v1::GetCartResponse response;
    const auto status = stub->GetCart(&context, request, &response);
    const std::string wrong = status.ok() ? difference(folded, response.cart()) : status.error_message();
    if (!wrong.empty()) found.push_back("cart " + id + ": " + wrong);
    if (found.size() >= enough_complaints) return found;
  }
  return found;
}

std::vector<std::string> unlike_the_first_reply(const std::vector<CartCrowd::Acknowledged>& acknowledged,
                                                std::size_t sample, const std::shared_ptr<grpc::Channel>& command) {
  const auto stub = cart::v1::CartCommandService::NewStub(command);
  std::vector<std::string> found;
  const std::size_t step = std::max<std::size_t>(1, acknowledged.size() / std::max<std::size_t>(1, sample));
  for (std::size_t i = 0; i < acknowledged.size(); i += step) {
    cart::v1::AddItemRequest request;
    request.ParseFromString(acknowledged[i].request);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    cart::v1::AddItemResponse response;
    const auto status = stub->AddItem(&context, request, &response);
    if (!status.ok()) found.push_back(request.request_id() + ": " + status.error_message());
    if (status.ok() && response.SerializeAsString() != acknowledged[i].response) {
      found.push_back(request.request_id() + " got another reply than the first");
    }
    if (status.ok() && context.GetServerTrailingMetadata().count("keel-deduplicated") == 0) {
      found.push_back(request.request_id() + " was not called a repeat");
    }
    if (found.size() >= enough_complaints) return found;
  }
  return found;
}

}  // namespace keel::test
