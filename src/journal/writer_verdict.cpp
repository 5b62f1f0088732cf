#include "journal/writer_verdict.hpp"

#include <set>
#include <utility>

namespace keel::journal {
namespace {

struct Reckoning {
  Version version;
  bool offended = false;
};

}  // namespace

ReceiptsById::ReceiptsById(std::span<const Receipt> receipts) {
  for (const Receipt& receipt : receipts) receipts_.emplace(receipt.request_id, &receipt);
}

const Receipt* ReceiptsById::find(Lane lane, const Uuid& request_id) const {
  const auto [first, last] = receipts_.equal_range(request_id);
  for (auto it = first; it != last; ++it) {
    if (it->second->lane == lane) return it->second;
  }
  return nullptr;
}

std::vector<Verdict> judge(std::span<const Entry* const> entries, std::span<const AggregateRef> aggregates,
                           std::span<const Version> versions, const ReceiptsById& receipts) {
  std::unordered_map<AggregateRef, Reckoning> reckonings;
  for (std::size_t i = 0; i < aggregates.size(); ++i) reckonings[aggregates[i]].version = versions[i];
  std::set<std::pair<Lane, Uuid>> seen;

  std::vector<Verdict> verdicts(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = *entries[i];
    Reckoning& reckoning = reckonings[entry.aggregate];
    const Receipt* receipt = entry.receipt ? receipts.find(entry.lane, entry.receipt->request_id) : nullptr;
    const bool twice = entry.receipt && !seen.emplace(entry.lane, entry.receipt->request_id).second;
    const bool follows = entry.expected == reckoning.version;
    reckoning.offended = reckoning.offended || receipt != nullptr || twice || !follows;
    if (reckoning.offended) {
      verdicts[i] = {receipt != nullptr ? Verdict::Kind::answered : Verdict::Kind::leaves, receipt};
    } else {
      reckoning.version = entry.version_after();
    }
  }
  return verdicts;
}

}  // namespace keel::journal
