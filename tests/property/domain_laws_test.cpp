#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "property/domain_random_messages.hpp"
#include "support/given_when_then.hpp"
#include "support/testing_context/counter.hpp"

// Laws that every aggregate obeys in every state that commands can reach.
namespace keel::tests {
namespace {

using cart::Cart;
using domain::AggregateKind;
using domain::Message;
using inventory::Stock;
using purchase::Purchase;
using MessagePtr = std::unique_ptr<Message>;

std::string bytes_of(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// -- any command of an aggregate, from a small world so that commands meet ---------------------------------------

std::int64_t up_to(std::int64_t most) { return *rc::gen::inRange<std::int64_t>(1, most + 1); }
std::string one_of(std::initializer_list<const char*> texts) {
  return *rc::gen::elementOf(std::vector<std::string>(texts.begin(), texts.end()));
}

/// Fills what commands have in common by field name; everything that no edge would let in is left out.
MessagePtr any_command(const AggregateKind& kind) {
  const auto& rule =
      *rc::gen::elementOf(std::vector<AggregateKind::Command>(kind.commands.begin(), kind.commands.end()));
  MessagePtr command(rule.prototype->New());
  const auto* reflection = command->GetReflection();
  for (int i = 0; i < rule.descriptor->field_count(); ++i) {
    const auto* field = rule.descriptor->field(i);
    const std::string& name = field->name();
    if (field->number() <= 4) continue;
    if (field->has_presence() && field->message_type() == nullptr && *rc::gen::inRange(0, 2) == 0) continue;
    if (name == "quantity")
      reflection->SetInt64(command.get(), field, up_to(5));
    else if (name == "hold_seconds")
      reflection->SetInt64(command.get(), field, up_to(3));
    else if (name == "amount")
      reflection->SetInt64(command.get(), field, up_to(7) - 4);
    else if (name == "sku" || name == "cart_id" || name == "customer_id") {
      reflection->SetString(command.get(), field, one_of({"a", "b"}));
    } else if (name == "reason")
      reflection->SetString(command.get(), field, "BECAUSE");
    else if (name == "unit_price") {
      auto* price = static_cast<type::v1::Money*>(reflection->MutableMessage(command.get(), field));
      price->set_currency_code(one_of({"GBP", "GBP", "GBP", "EUR"}));
      price->set_minor_units(*rc::gen::element<std::int64_t>(0, 250, std::numeric_limits<std::int64_t>::max() / 3));
    } else {
      RC_ASSERT(name == "line_id" || name == "purchase_id" || name == "reservation_id");
      reflection->SetString(command.get(), field, one_of({"1", "2", "3"}));
    }
  }
  domain::Violations violations;
  rule.check(*command, violations);
  RC_ASSERT(violations.empty());
  return command;
}

domain::Stamp any_stamp() {
  auto stamp = a_stamp();
  stamp.now += std::chrono::seconds(*rc::gen::inRange(0, 6));
  stamp.fresh_id.bytes[15] = *rc::gen::arbitrary<std::uint8_t>();
  return stamp;
}

// -- what must hold of a state ------------------------------------------------------------------------------------

void expect_sound(const cart::v1::CartState& cart) {
  std::int64_t amount = 0;
  std::int64_t units = 0;
  for (const auto& [id, line] : cart.lines()) {
    RC_ASSERT(line.quantity() > 0);
    RC_ASSERT(line.unit_price().currency_code() == cart.totals().amount().currency_code());
    RC_ASSERT(!line.has_purchase_id() || line.purchase_id() == id);
    amount += line.quantity() * line.unit_price().minor_units();
    units += line.quantity();
  }
  RC_ASSERT(cart.totals().amount().minor_units() == amount);
  RC_ASSERT(cart.totals().unit_count() == units);
  RC_ASSERT(cart.totals().line_count() == cart.lines_size());
  RC_ASSERT(cart.lines_size() <= Cart::max_lines);
  RC_ASSERT(cart.status() != cart::v1::CART_STATUS_UNSPECIFIED || cart.lines().empty());
}

void expect_sound(const inventory::v1::StockState& stock) {
  std::int64_t promised = 0;
  for (const auto& [id, open] : stock.reservations()) {
    RC_ASSERT(open.quantity() > 0);
    promised += open.quantity();
  }
  RC_ASSERT(stock.level().reserved() == promised);
  RC_ASSERT(0 <= promised && promised <= stock.level().on_hand());
  RC_ASSERT(stock.level().available() == stock.level().on_hand() - promised);
}

void expect_sound(const purchase::v1::PurchaseState& purchase) {
  const auto status = purchase.status();
  const bool has_reason =
      status == purchase::v1::PURCHASE_STATUS_REFUSED || status == purchase::v1::PURCHASE_STATUS_RELEASING ||
      status == purchase::v1::PURCHASE_STATUS_RELEASED || status == purchase::v1::PURCHASE_STATUS_FAILED;
  RC_ASSERT(purchase.has_terms() == (status != purchase::v1::PURCHASE_STATUS_UNSPECIFIED));
  RC_ASSERT(purchase.reason().empty() != has_reason);
}

void expect_sound(const testing::v1::CounterState& counter) { RC_ASSERT(counter.value() >= 0); }

// -- what must hold of a step -------------------------------------------------------------------------------------

void expect_sound_step(const cart::v1::CartState& before, const cart::v1::CartState& after) {
  if (before.status() <= cart::v1::CART_STATUS_OPEN) return;
  RC_ASSERT(bytes_of(before) == bytes_of(after));  // what has ended changes no more
}
void expect_sound_step(const inventory::v1::StockState& before, const inventory::v1::StockState& after) {
  RC_ASSERT(after.has_level() || !before.has_level());
}
void expect_sound_step(const purchase::v1::PurchaseState& before, const purchase::v1::PurchaseState& after) {
  if (before.status() >= purchase::v1::PURCHASE_STATUS_REFUSED) RC_ASSERT(bytes_of(before) == bytes_of(after));
  if (before.has_terms()) RC_ASSERT(bytes_of(before.terms()) == bytes_of(after.terms()));
}
void expect_sound_step(const testing::v1::CounterState&, const testing::v1::CounterState&) {}

/// Adding is the one wish that is another wish when it is sent under another request id.
bool adds_up(const Message& command) {
  return command.GetDescriptor() == inventory::v1::ReceiveStockRequest::descriptor() ||
         command.GetDescriptor() == testing::v1::MoveCounterRequest::descriptor();
}

template <class A>
struct Life {
  const AggregateKind& kind = domain::kind_of<A>();
  typename A::State state;
  std::vector<MessagePtr> history;

  domain::Decision ask(const Message& command, const domain::Stamp& stamp) const {
    return kind.command(command.GetDescriptor())->decide(state, command, stamp);
  }
  void live(domain::Decision decision) {
    if (!decision.accepted()) return;
    for (auto& event : decision.acceptance().events) {
      RC_ASSERT(kind.apply(state, event->GetTypeName(), event->SerializeAsString()));
      history.push_back(std::move(event));
    }
  }
  void live_on(int commands) {
    while (commands-- > 0) live(ask(*any_command(kind), any_stamp()));
  }
};

template <class A>
class Laws : public ::testing::Test {};
using Aggregates = ::testing::Types<Cart, Stock, Purchase, testing::Counter>;
TYPED_TEST_SUITE(Laws, Aggregates);

TYPED_TEST(Laws, NoCommandBreaksTheInvariantFromAnyReachableState) {
  EXPECT_TRUE(rc::check([] {
    Life<TypeParam> life;
    for (int i = 0; i < 40; ++i) {
      const auto before = life.state;
      life.live_on(1);
      expect_sound(life.state);
      expect_sound_step(before, life.state);
    }
  }));
}

TYPED_TEST(Laws, TheSameCommandOnTheSameStateDecidesTheSame) {
  EXPECT_TRUE(rc::check([] {
    Life<TypeParam> life;
    life.live_on(20);
    const auto command = any_command(life.kind);
    const auto stamp = any_stamp();
    const auto first = life.ask(*command, stamp);
    const auto second = life.ask(*command, stamp);
    RC_ASSERT(first.accepted() == second.accepted());
    if (!first.accepted()) {
      RC_ASSERT(first.refusal().reason == second.refusal().reason);
      return;
    }
    RC_ASSERT(first.acceptance().reply == second.acceptance().reply);
    RC_ASSERT(first.acceptance().events.size() == second.acceptance().events.size());
    for (std::size_t i = 0; i < first.acceptance().events.size(); ++i) {
      RC_ASSERT(bytes_of(*first.acceptance().events[i]) == bytes_of(*second.acceptance().events[i]));
    }
  }));
}

TYPED_TEST(Laws, ARepeatIsHarmless) {
  EXPECT_TRUE(rc::check([] {
    Life<TypeParam> life;
    life.live_on(20);
    const auto command = any_command(life.kind);
    if (adds_up(*command)) return;
    const auto stamp = any_stamp();
    life.live(life.ask(*command, stamp));
    const auto once = bytes_of(life.state);
    life.live(life.ask(*command, stamp));
    RC_ASSERT(bytes_of(life.state) == once);
  }));
}

TYPED_TEST(Laws, ASnapshotAndItsTailAreTheWholeHistory) {
  EXPECT_TRUE(rc::check([] {
    Life<TypeParam> life;
    life.live_on(40);
    const auto cut = *rc::gen::inRange<std::size_t>(0, life.history.size() + 1);
    typename TypeParam::State state;
    for (std::size_t i = 0; i < life.history.size(); ++i) {
      if (i == cut) {
        typename TypeParam::State restored;
        RC_ASSERT(restored.ParseFromString(bytes_of(state)));
        state = restored;
      }
      RC_ASSERT(life.kind.apply(state, life.history[i]->GetTypeName(), life.history[i]->SerializeAsString()));
    }
    RC_ASSERT(bytes_of(state) == bytes_of(life.state));
  }));
}

TYPED_TEST(Laws, MemoryTakesAnyHistoryWhatever) {
  EXPECT_TRUE(rc::check([] {
    std::mt19937_64 random(*rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
    const auto& kind = domain::kind_of<TypeParam>();
    typename TypeParam::State state;
    for (int i = 0; i < 30; ++i) {
      const auto& known = kind.events[random() % kind.events.size()];
      MessagePtr event(known.prototype->New());
      fill_at_random(*event, random);
      RC_ASSERT(kind.apply(state, event->GetTypeName(), event->SerializeAsString()));
    }
    typename TypeParam::State restored;
    RC_ASSERT(restored.ParseFromString(bytes_of(state)));
  }));
}

TYPED_TEST(Laws, MemoryIsLeftAloneByBytesThatDoNotDecode) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const auto& kind = domain::kind_of<TypeParam>();
    Life<TypeParam> life;
    life.live_on(5);
    const auto before = bytes_of(life.state);
    const auto& known = *rc::gen::elementOf(std::vector<AggregateKind::Event>(kind.events.begin(), kind.events.end()));
    const bool decodes = MessagePtr(known.prototype->New())->ParseFromString(bytes);
    RC_ASSERT(kind.apply(life.state, known.descriptor->full_name(), bytes) == decodes);
    if (!decodes) RC_ASSERT(bytes_of(life.state) == before);
  }));
}

// -- stock, against a model that shares nothing with it -------------------------------------------------------------

RC_GTEST_PROP(Stock, IsNeverOversoldInAnyPrefix, ()) {
  Life<Stock> life;
  life.live_on(60);
  std::int64_t received = 0;
  std::int64_t gone = 0;
  std::map<std::string, std::int64_t> promised;
  for (const auto& event : life.history) {
    if (const auto* in = dynamic_cast<const inventory::v1::StockReceived*>(event.get())) received += in->quantity();
    if (const auto* held = dynamic_cast<const inventory::v1::StockReserved*>(event.get())) {
      RC_ASSERT(promised.emplace(held->reservation_id(), held->quantity()).second);
    }
    if (const auto* sold = dynamic_cast<const inventory::v1::ReservationConfirmed*>(event.get())) {
      RC_ASSERT(promised.at(sold->reservation_id()) == sold->quantity());
      gone += sold->quantity();
      promised.erase(sold->reservation_id());
    }
    if (const auto* back = dynamic_cast<const inventory::v1::ReservationReleased*>(event.get())) {
      RC_ASSERT(promised.at(back->reservation_id()) == back->quantity());
      promised.erase(back->reservation_id());
    }
    std::int64_t open = 0;
    for (const auto& [id, quantity] : promised) open += quantity;
    RC_ASSERT(gone + open <= received);
  }
}

}  // namespace
}  // namespace keel::tests
