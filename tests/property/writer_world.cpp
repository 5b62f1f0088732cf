#include "property/writer_world.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "journal/incarnation.hpp"

namespace keel::test {

using journal::Outcome;

namespace {

const std::string context = "cart";

Uuid id_of(std::uint32_t number) {
  Uuid id{};
  for (std::size_t byte = 0; byte < 4; ++byte) id.bytes[15 - byte] = static_cast<std::uint8_t>(number >> (8 * byte));
  id.bytes[6] = 0x40;
  id.bytes[8] = 0x80;
  return id;
}

AggregateRef ref_of(unsigned aggregate) { return {"Cart", "a" + std::to_string(aggregate)}; }
Lane home_of(unsigned aggregate) { return {static_cast<std::int32_t>(aggregate % WriterWorld::lanes)}; }

[[noreturn]] void broken(const std::string& what) { throw WriterWorld::Broken(what); }

}  // namespace

/// One item that was submitted, with what its outcome is checked against.
struct WriterWorld::Attempt {
  bool entry = false;
  AggregateRef aggregate;
  Lane lane;
  std::uint32_t request = 0;
  journal::Fingerprint fingerprint{};
  bool receipted = false;
  /// What its events carry; unlike any other attempt's.
  std::string payload;
  std::int64_t events = 0;
  std::uint64_t sequence = 0;
  /// Version that the aggregate had in its actor's memory when this was decided.
  Version decided_at;
  int outcomes = 0;
};

/// One life of an aggregate in one process: what it believes the aggregate's history to be.
struct WriterWorld::Actor : journal::Sink {
  Actor(WriterWorld& in, unsigned which) : world(in), aggregate(which) {}

  void confirmed(std::uint64_t number, std::span<Outcome> outcomes, bool has_ended) override {
    if (number != incarnation) broken("an outcome came for another incarnation");
    if (outcomes.empty()) broken("a delivery came without an outcome");
    ended = ended || has_ended;
    for (Outcome& outcome : outcomes) {
      if (open.empty()) broken("an outcome came for nothing that was submitted");
      const auto attempt = open.front();
      open.pop_front();
      if (attempt->sequence != outcome.sequence) broken("outcomes came out of order");
      world.check_outcome(*this, *attempt, outcome);
    }
  }

  WriterWorld& world;
  unsigned aggregate;
  std::uint64_t incarnation = 0;
  /// Payloads by version: what was loaded, then what it decided itself.
  std::vector<std::string> memory;
  std::deque<std::shared_ptr<Attempt>> open;
  std::uint64_t sequence = 0;
  bool ended = false;
  bool dropped_before = false;
  bool closing = false;
};

struct WriterWorld::Process : journal::WriterHost, journal::WriterObserver {
  Process(WriterWorld& in, std::uint32_t number)
      : world(in),
        owner{id_of(1'000'000 + number), "process " + std::to_string(number)},
        writer(context, owner, in.store_->opener(), *this, this, options(), [&in] { return in.now_; }) {}

  static journal::WriterOptions options() {
    journal::WriterOptions options;
    options.max_batch_items = 6;
    return options;
  }

  void lost(std::string_view, std::string_view) override {
    ++world.tally["lost"];
    kill_all();
  }
  void distrusted(std::string_view, std::string_view) override {
    ++world.tally["distrusted"];
    kill_all();
  }
  void retaken(std::string_view, std::span<const journal::HeldLane> held) override {
    ++world.tally["retaken"];
    for (const auto& lane : held) {
      if (world.store_->epoch(context, lane.lane) != lane.epoch) broken("retaken lanes have another epoch");
    }
  }
  void committed(std::string_view, std::span<const journal::HeldLane> grown,
                 std::span<const journal::StoredEvent> events) override {
    for (const auto& event : events) {
      const auto journals = world.store_->events(context, event->lane);
      const auto index = static_cast<std::size_t>(event->position.value - 1);
      if (index >= journals.size() || journals[index] != *event) broken("a stored event is not the journal's");
    }
    for (const auto& lane : grown) {
      const auto stored = static_cast<std::int64_t>(world.store_->events(context, lane.lane).size());
      if (lane.last.value != stored) broken("a lane does not end where the writer says");
    }
  }
  void bug(std::string_view, std::string_view what) override {
    ++world.tally["bug"];
    if (what.find("injected") == std::string_view::npos) broken("a bug was found: " + std::string(what));
  }

  void kill_all() {
    for (auto& [aggregate, actor] : actors) zombies.push_back(actor);
    actors.clear();
    loading_barred.clear();
  }

  WriterWorld& world;
  journal::Owner owner;
  std::unique_ptr<journal::Journal> beats;
  std::map<unsigned, std::shared_ptr<Actor>> actors;
  /// Aggregates whose last life is not closed yet: nobody may load them.
  std::map<unsigned, std::uint64_t> loading_barred;
  std::vector<std::shared_ptr<Actor>> zombies;
  journal::Writer writer;
};

WriterWorld::WriterWorld() : store_(journal::InMemoryStore::make({{context}, lanes, [this] { return now_; }})) {
  for (std::uint32_t number = 0; number < processes; ++number) {
    processes_.push_back(std::make_unique<Process>(*this, number));
  }
}

WriterWorld::~WriterWorld() = default;

// -- aggregates -------------------------------------------------------------------------------------------------------

WriterWorld::Actor* WriterWorld::speaker(Process& process, unsigned aggregate) {
  const auto found = process.actors.find(aggregate);
  if (found != process.actors.end()) {
    if (!found->second->ended) return found->second.get();
    bury(process, aggregate);
    return nullptr;
  }
  if (!process.writer.owning() || process.loading_barred.contains(aggregate)) return nullptr;
  const auto loaded = load(aggregate);
  if (!loaded) return nullptr;
  process.actors[aggregate] = loaded;
  return loaded.get();
}

std::shared_ptr<WriterWorld::Actor> WriterWorld::load(unsigned aggregate) {
  auto actor = std::make_shared<Actor>(*this, aggregate);
  actor->incarnation = journal::next_incarnation();
  auto session = store_->open();
  if (!session) return nullptr;
  const auto events = (*session)->read_aggregate(context, ref_of(aggregate), Version{}, 100'000);
  if (!events) return nullptr;
  for (const auto& event : *events) actor->memory.push_back(event.payload);
  return actor;
}

void WriterWorld::bury(Process& process, unsigned aggregate) {
  const auto found = process.actors.find(aggregate);
  if (found == process.actors.end()) return;
  const auto actor = found->second;
  process.actors.erase(found);
  process.loading_barred[aggregate] = actor->incarnation;
  process.writer.close(ref_of(aggregate), actor->incarnation, [this, &process, aggregate, actor] {
    if (!actor->open.empty()) broken("a life was closed before its last outcome");
    ++tally["closed"];
    const auto barred = process.loading_barred.find(aggregate);
    if (barred != process.loading_barred.end() && barred->second == actor->incarnation) {
      process.loading_barred.erase(barred);
    }
  });
}

/// Those who may speak: this process, or one that believes to own the lanes.
WriterWorld::Process& WriterWorld::owning(unsigned process) {
  for (unsigned i = 0; i < processes; ++i) {
    Process& candidate = *processes_[(process + i) % processes];
    if (candidate.writer.owning()) return candidate;
  }
  return *processes_[process % processes];
}

// -- moves ------------------------------------------------------------------------------------------------------------

std::uint32_t WriterWorld::request(bool fresh, Lane lane) {
  if (!fresh) {
    for (auto past = requests_.rbegin(); past != requests_.rend(); ++past) {
      if (past->second == lane && (past->first + next_request_) % 3 != 0) return past->first;
    }
  }
  requests_.emplace_back(++next_request_, lane);
  return next_request_;
}

journal::Item WriterWorld::item_of(const std::shared_ptr<Actor>& actor, Attempt attempt) {
  attempt.sequence = ++actor->sequence;
  auto kept = std::make_shared<Attempt>(std::move(attempt));
  actor->open.push_back(kept);
  attempts_.push_back(kept);
  journal::Item item;
  item.incarnation = actor->incarnation;
  item.sequence = kept->sequence;
  item.deadline = now_ + std::chrono::seconds(2);
  item.sink = actor;
  if (!kept->entry) {
    item.what = journal::AnswerOnly{kept->lane, kept->aggregate, id_of(kept->request), kept->fingerprint};
    return item;
  }
  journal::Entry entry;
  entry.lane = kept->lane;
  entry.aggregate = kept->aggregate;
  entry.expected = kept->decided_at;
  for (std::int64_t i = 0; i < kept->events; ++i) entry.events.push_back({"keel.cart.v1.ItemAdded", kept->payload});
  if (kept->receipted) entry.receipt = {id_of(kept->request), "caller", kept->fingerprint, kept->payload};
  if (!kept->receipted || kept->decided_at.value % 3 == 2) entry.snapshot = {1, "state"};
  item.what = std::move(entry);
  return item;
}

void WriterWorld::submit_command(Process& process, const std::shared_ptr<Actor>& actor, unsigned events,
                                 std::uint32_t number, unsigned body) {
  Attempt attempt;
  attempt.entry = attempt.receipted = true;
  attempt.aggregate = ref_of(actor->aggregate);
  attempt.lane = home_of(actor->aggregate);
  attempt.request = number;
  attempt.fingerprint[0] = static_cast<std::uint8_t>(body % 8 == 0 ? 1 : 0);
  attempt.payload = "attempt " + std::to_string(++next_attempt_) + " of request " + std::to_string(number);
  attempt.events = events % 4;
  attempt.decided_at = Version{static_cast<std::int64_t>(actor->memory.size())};
  for (std::int64_t i = 0; i < attempt.events; ++i) actor->memory.push_back(attempt.payload);
  process.writer.submit(item_of(actor, attempt));
}

void WriterWorld::submit_answer(Process& process, const std::shared_ptr<Actor>& actor, std::uint32_t number) {
  Attempt attempt;
  attempt.aggregate = ref_of(actor->aggregate);
  attempt.lane = home_of(actor->aggregate);
  attempt.request = number;
  attempt.decided_at = Version{static_cast<std::int64_t>(actor->memory.size())};
  process.writer.submit(item_of(actor, attempt));
}

void WriterWorld::command(unsigned process, unsigned aggregate, unsigned events, bool fresh_id, unsigned body) {
  Process& where = owning(process);
  if (speaker(where, aggregate % aggregates) == nullptr) return;
  const auto actor = where.actors[aggregate % aggregates];
  submit_command(where, actor, events, request(fresh_id, home_of(actor->aggregate)), body);
}

void WriterWorld::answer(unsigned process, unsigned aggregate, bool fresh_id) {
  Process& where = owning(process);
  if (speaker(where, aggregate % aggregates) == nullptr) return;
  const auto actor = where.actors[aggregate % aggregates];
  submit_answer(where, actor, request(fresh_id, home_of(actor->aggregate)));
}

void WriterWorld::snapshot(unsigned process, unsigned aggregate) {
  Process& where = owning(process);
  if (speaker(where, aggregate % aggregates) == nullptr) return;
  const auto actor = where.actors[aggregate % aggregates];
  Attempt attempt;
  attempt.entry = true;
  attempt.aggregate = ref_of(actor->aggregate);
  attempt.lane = home_of(actor->aggregate);
  attempt.decided_at = Version{static_cast<std::int64_t>(actor->memory.size())};
  where.writer.submit(item_of(actor, attempt));
}

void WriterWorld::zombie(unsigned process, unsigned choice) {
  Process& where = *processes_[process % processes];
  if (where.zombies.empty()) return;
  const auto actor = where.zombies[choice % where.zombies.size()];
  ++tally["zombie"];
  if (choice % 2 == 0) {
    submit_answer(where, actor, request(true, home_of(actor->aggregate)));
  } else {
    submit_command(where, actor, choice, request(true, home_of(actor->aggregate)), 1);
  }
}

void WriterWorld::close(unsigned process, unsigned aggregate) {
  bury(*processes_[process % processes], aggregate % aggregates);
}

void WriterWorld::work(unsigned process) { (void)processes_[process % processes]->writer.work(); }

void WriterWorld::take_over(unsigned process) {
  Process& where = *processes_[process % processes];
  auto session = store_->open();
  if (!session) return;
  where.beats = *std::move(session);
  if (!where.beats->beat(where.owner)) return;
  const std::vector<std::string> all{context};
  const auto taken = where.beats->take_over(where.owner, all, true);
  if (!taken || taken->held.empty()) return;
  ++tally["taken over"];
  where.kill_all();
  where.writer.adopt_lanes(taken->held[0]);
}

void WriterWorld::abandon(unsigned process) {
  Process& where = *processes_[process % processes];
  where.kill_all();
  where.writer.abandon_lanes();
}

void WriterWorld::fail_append(unsigned outcome) {
  using journal::AppendOutcome;
  static constexpr AppendOutcome choices[] = {
      AppendOutcome::try_again,     AppendOutcome::fenced,    AppendOutcome::misplaced, AppendOutcome::broken,
      AppendOutcome::stale_version, AppendOutcome::duplicate, AppendOutcome::try_again, AppendOutcome::try_again};
  store_->fail_next_append(choices[outcome % std::size(choices)]);
}

void WriterWorld::lose_answer(unsigned what) {
  using Lost = journal::InMemoryStore::Lost;
  static constexpr Lost choices[] = {Lost::nothing_stored, Lost::stored, Lost::stored_later};
  store_->lose_next_answer(choices[what % std::size(choices)]);
}

void WriterWorld::fail_calls(unsigned times) { store_->fail_next_calls(times % 3 + 1); }

void WriterWorld::disconnect() { store_->disconnect_all(); }

void WriterWorld::refuse_sessions(bool refused) { store_->refuse_sessions(refused); }

void WriterWorld::pass_time(unsigned milliseconds) { now_ += std::chrono::milliseconds(milliseconds % 1500); }

// -- promises about one outcome ---------------------------------------------------------------------------------------

std::vector<std::string> WriterWorld::history(const AggregateRef& aggregate) const {
  std::map<Version, std::string> by_version;
  for (const auto& event : store_->events(context)) {
    if (event.aggregate == aggregate) by_version[event.version] = event.payload;
  }
  std::vector<std::string> payloads;
  for (auto& [version, payload] : by_version) payloads.push_back(payload);
  return payloads;
}

/// What is told must rest on the truth: up to the decision, the journal's history is what the actor believes.
void WriterWorld::check_memory(const Actor& actor, const Attempt& attempt) const {
  const auto truth = history(attempt.aggregate);
  const auto known = std::min(truth.size(), actor.memory.size());
  if (static_cast<std::int64_t>(truth.size()) < attempt.decided_at.value) broken("told before it was durable");
  if (attempt.decided_at.value > static_cast<std::int64_t>(known) ||
      !std::equal(truth.begin(), truth.begin() + attempt.decided_at.value, actor.memory.begin())) {
    broken("told by a life whose memory is wrong");
  }
}

/// What stores nothing is only true while nobody else has gone on from there.
void WriterWorld::check_not_overtaken(const Actor& actor, const Attempt& attempt) const {
  const auto truth = history(attempt.aggregate);
  if (truth.size() > actor.memory.size() || !std::equal(truth.begin(), truth.end(), actor.memory.begin())) {
    broken("told by a life that somebody else has overtaken");
  }
}

void WriterWorld::check_absent(const Attempt& attempt, const std::string& told) const {
  if (!attempt.entry || attempt.payload.empty()) return;
  for (const auto& event : store_->events(context)) {
    if (event.payload == attempt.payload) broken(told + ", but its events are in the journal");
  }
  const auto* receipt = receipt_of(attempt);
  if (receipt != nullptr && receipt->reply == attempt.payload) broken(told + ", but its receipt is in the journal");
}

const journal::Receipt* WriterWorld::receipt_of(const Attempt& attempt) const {
  receipts_ = store_->receipts(context);
  const auto found = std::find_if(receipts_.begin(), receipts_.end(), [&](const journal::Receipt& receipt) {
    return receipt.lane == attempt.lane && receipt.request_id == id_of(attempt.request);
  });
  return found == receipts_.end() ? nullptr : &*found;
}

void WriterWorld::check_outcome(Actor& actor, Attempt& attempt, Outcome& outcome) {
  if (++attempt.outcomes > 1) broken("an item got a second outcome");
  const auto* receipt = receipt_of(attempt);
  switch (outcome.kind) {
    case Outcome::Kind::stored: {
      ++tally["stored"];
      check_memory(actor, attempt);
      if (outcome.version != attempt.decided_at.plus(attempt.events)) broken("stored at another version than decided");
      if (attempt.receipted && (receipt == nullptr || receipt->reply != attempt.payload)) {
        broken("stored, but the receipt is not in the journal");
      }
      if (attempt.receipted && (receipt->version != outcome.version || receipt->position != outcome.position)) {
        broken("stored elsewhere than the receipt says");
      }
      const auto events = store_->events(context, attempt.lane);
      for (std::int64_t i = 0; i < attempt.events; ++i) {
        const auto& event = events.at(static_cast<std::size_t>(outcome.position.value - 1 - i));
        if (event.payload != attempt.payload) broken("stored, but other events stand at its position");
        if (event.version.value != outcome.version.value - i) broken("stored with other versions than told");
      }
      break;
    }
    case Outcome::Kind::stands:
      ++tally["stands"];
      if (attempt.entry) broken("an entry only stands");
      check_memory(actor, attempt);
      check_not_overtaken(actor, attempt);
      if (receipt != nullptr) broken("an answer stands although its request id has a receipt");
      break;
    case Outcome::Kind::repeated:
    case Outcome::Kind::reused: {
      const bool same =
          receipt != nullptr && receipt->fingerprint == attempt.fingerprint && receipt->aggregate == attempt.aggregate;
      ++tally[outcome.kind == Outcome::Kind::repeated ? "repeated" : "reused"];
      if (receipt == nullptr) broken("answered by a receipt that is not in the journal");
      if (!outcome.receipt || outcome.receipt->reply != receipt->reply) broken("answered by another receipt");
      if (same != (outcome.kind == Outcome::Kind::repeated)) broken("a repeat and a misuse were mixed up");
      check_absent(attempt, "an entry was answered by a receipt");
      if (attempt.entry && !actor.ended) broken("a life goes on whose entry turned out to be a repeat");
      break;
    }
    case Outcome::Kind::dropped:
      ++tally["dropped " + std::string(name_of(outcome.why))];
      if (outcome.why != journal::Drop::outcome_unknown) check_absent(attempt, "dropped for certain");
      if (!actor.ended) broken("a life goes on although an item of it was dropped");
      break;
  }
}

// -- promises about the whole -----------------------------------------------------------------------------------------

void WriterWorld::heal_and_check() {
  store_->refuse_sessions(false);
  for (int round = 0; round < 200; ++round) {
    now_ += std::chrono::milliseconds(50);
    for (auto& process : processes_) (void)process->writer.work();
  }
  while (!processes_[0]->writer.owning()) take_over(0);
  take_over(0);
  // every process but one is fenced now, so all that was in doubt has ended
  for (int round = 0; round < 200; ++round) {
    now_ += std::chrono::milliseconds(500);
    for (auto& process : processes_) (void)process->writer.work();
  }
  for (const auto& process : processes_) {
    if (!process->writer.idle()) broken("a writer does not come to rest");
  }
  check_everyone_answered();
  check_lanes();
  check_versions();
  check_requests();
}

void WriterWorld::check_everyone_answered() const {
  for (const auto& attempt : attempts_) {
    if (attempt->outcomes != 1) broken("an item got " + std::to_string(attempt->outcomes) + " outcomes");
  }
}

void WriterWorld::check_lanes() const {
  for (int lane = 0; lane < lanes; ++lane) {
    std::int64_t position = 0;
    Epoch epoch{};
    for (const auto& event : store_->events(context, Lane{lane})) {
      if (event.position.value != ++position) broken("positions are not dense");
      if (event.epoch < epoch) broken("an earlier epoch wrote after a later one");
      epoch = event.epoch;
    }
  }
}

void WriterWorld::check_versions() const {
  std::map<AggregateRef, std::set<std::int64_t>> versions;
  for (const auto& event : store_->events(context)) {
    if (!versions[event.aggregate].insert(event.version.value).second) broken("a version stands twice");
  }
  for (const auto& [aggregate, seen] : versions) {
    if (*seen.begin() != 1 || *seen.rbegin() != static_cast<std::int64_t>(seen.size())) {
      broken("versions are not dense");
    }
  }
}

/// Every attempt is stored whole or not at all, with its receipt; every request at most once.
void WriterWorld::check_requests() const {
  std::map<std::string, std::int64_t> stored;
  for (const auto& event : store_->events(context)) ++stored[event.payload];
  std::map<std::pair<Lane, std::uint32_t>, int> times;
  for (const auto& attempt : attempts_) {
    if (!attempt->receipted) continue;
    const auto* receipt = receipt_of(*attempt);
    const bool accepted = receipt != nullptr && receipt->reply == attempt->payload;
    const auto found = stored.find(attempt->payload);
    const auto events = found == stored.end() ? 0 : found->second;
    if (events != (accepted ? attempt->events : 0)) broken("a request has not its events exactly once");
    if (accepted && ++times[{attempt->lane, attempt->request}] > 1) broken("a request is stored twice");
  }
}

}  // namespace keel::test
