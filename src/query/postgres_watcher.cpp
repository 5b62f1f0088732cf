#include "query/postgres_watcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ops/log.hpp"

namespace keel::query {
namespace {

using postgres::Answer;
using postgres::Parameters;
using postgres::Statement;

/// $1 projection
constexpr std::string_view live_sql = "SELECT live, version FROM projections WHERE projection = $1::text";

/// $1 projection, $2 generation
constexpr std::string_view checkpoints_sql =
    "SELECT context, lane, incarnation, position, revision FROM checkpoints"
    " WHERE projection = $1::text AND generation = $2::bigint";

/// $1 projection, $2 generation. More than so many parked events are a stopped lane's business, not a query's.
constexpr std::string_view parked_sql =
    "SELECT context, lane, position, aggregate_type, aggregate_id FROM parked"
    " WHERE projection = $1::text AND generation = $2::bigint ORDER BY position LIMIT 10000";

constexpr std::string_view begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr std::string_view commit_sql = "COMMIT";

/// The places of a look's answers: BEGIN's is the first.
constexpr std::size_t live_place = 1;
constexpr std::size_t checkpoints_place = 2;
constexpr std::size_t parked_place = 3;
constexpr std::size_t feeds_place = 4;

void take_checkpoints(const Answer& answer, Visible& visible) {
  for (int row = 0; row < answer.size(); ++row) {
    auto& lanes = visible.lanes[answer.text(row, 0)];
    const auto number = static_cast<std::size_t>(answer.integer(row, 1));
    if (lanes.size() <= number) lanes.resize(number + 1);
    lanes[number] = Visible::LaneSeen{answer.uuid(row, 2), Position{answer.bigint(row, 3)}, answer.bigint(row, 4)};
  }
}

void take_parked(const Answer& answer, Visible& visible) {
  for (int row = 0; row < answer.size(); ++row) {
    const std::string context(answer.text(row, 0));
    const Lane lane{answer.integer(row, 1)};
    const Position position{answer.bigint(row, 2)};
    visible.parked_events.insert({context, lane, position});
    visible.parked_aggregates.try_emplace({answer.text(row, 3), answer.text(row, 4)},
                                          Visible::Parked{context, lane, position});
  }
}

}  // namespace

/// What one look asks and learns.
struct PostgresWatcher::Look {
  std::vector<std::size_t> tables;
  std::vector<Answer> answers;
  std::shared_ptr<Visible> visible = std::make_shared<Visible>();
};

PostgresWatcher::PostgresWatcher(const Projection& projection, const Feeds& feeds, VisibilityBoard& board,
                                 Options options)
    : projection_(projection),
      feeds_(feeds),
      board_(board),
      options_(std::move(options)),
      seen_at_(ops::metrics().gauge("keel_query_last_look_timestamp_seconds", "When the projection was last looked at",
                                    {{"projection", projection.name}})),
      outdated_(ops::metrics().gauge("keel_query_projection_outdated",
                                     "1 when queries are served from a generation of an older version",
                                     {{"projection", projection.name}})),
      last_rebuild_(projection.name),
      held_(projection.name) {
  if (!feeds.empty() && projection.contexts.size() != 1) {
    throw std::logic_error("a projection that is followed reads exactly one context: " + projection.name);
  }
  if (pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe for the watcher");
  thread_ = std::thread([this] { run(); });
}

PostgresWatcher::~PostgresWatcher() {
  stopping_ = true;
  const char byte = 0;
  const auto written = ::write(wake_[1], &byte, 1);
  static_cast<void>(written);  // a full pipe wakes as well
  thread_.join();
  ::close(wake_[0]);
  ::close(wake_[1]);
}

void PostgresWatcher::run() {
  while (!stopping_) {
    if (!session_ && !open()) {
      rest(options_.reopen_after);
      continue;
    }
    if (look()) {
      wait();
      continue;
    }
    if (session_->usable()) rest(options_.reopen_after);
    session_.reset();
  }
}

bool PostgresWatcher::open() {
  SessionOptions options;
  options.name = "keel query watcher: " + projection_.name;
  options.connect_timeout = std::chrono::milliseconds(2'000);
  auto opened = open_session(options_.dsn, options);
  if (!opened) {
    return complain(opened.fault().what), false;
  }
  auto& session = **opened;
  held_.take_anew(session);
  if (const auto listens = session.script("LISTEN keel_read"); !listens.ok()) return complain(what_of(listens)), false;
  const auto live = session.run(live_sql, Parameters().text(projection_.name));
  if (!live.ok()) return complain(what_of(live)), false;
  if (live.size() == 0 || live.bigint(0, 0) != generation_) leave_generation();
  session_ = *std::move(opened);
  return true;
}

/// It may have been dropped while there was no session.
void PostgresWatcher::leave_generation() {
  generation_ = 0;
  sql_.clear();
}

/// Notifications of other projections are passed over.
void PostgresWatcher::wait() {
  const auto most = held_.size() > 1 ? options_.let_go_every : options_.look_every;
  const auto until = std::chrono::steady_clock::now() + most;
  rest(options_.breath);
  while (!stopping_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const auto told = session_->notifications(left, wake_[0]);
    if (!session_->usable() || std::find(told.begin(), told.end(), projection_.name) != told.end()) return;
  }
}

bool PostgresWatcher::look() {
  show_last_rebuild();
  while (!stopping_) {
    Look look;
    read(look);
    const auto& live = look.answers[live_place];
    if (!live.ok()) return complain(what_of(live)), false;
    if (!can_serve(live)) return true;
    if (live.bigint(0, 0) != generation_) {
      follow(live.bigint(0, 0));
      continue;
    }
    const auto failed = std::ranges::find_if_not(look.answers, &Answer::ok);
    if (failed != look.answers.end()) return complain(what_of(*failed)), false;
    take(look);
    if (must_look_again(*look.visible)) continue;
    hand_out(look);
    held_.let_go(*session_);
    return true;
  }
  return true;
}

void PostgresWatcher::show_last_rebuild() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_gauges_) return;
  next_gauges_ = now + options_.look_every;
  last_rebuild_.look(*session_);
}

bool PostgresWatcher::can_serve(const Answer& live) {
  if (live.size() == 0) return complain("it was never migrated: run `keel migrate`"), false;
  return can_read(live.integer(0, 1));
}

void PostgresWatcher::follow(std::int64_t generation) {
  auto hold = held_.hold(*session_, generation);
  if (!hold) return rest(options_.breath);
  hold_ = std::move(hold);
  generation_ = generation;
  revisions_.clear();
  for (const auto& [table, feed] : feeds_) {
    sql_[table] = table_sql(projection_.tables[table], generation_);
    feed->begin_anew();
  }
}

/// An older generation is served on until a new one is promoted; a newer one, or one whose tables are others, is not.
bool PostgresWatcher::can_read(std::int32_t version) {
  const std::string versions = "its live generation was made by version " + std::to_string(version) + ", this is " +
                               std::to_string(projection_.version);
  if (version > projection_.version || version < projection_.readable_since) return complain(versions), false;
  outdated_.set(version == projection_.version ? 0 : 1);
  if (version != std::exchange(seen_version_, version) && version != projection_.version) {
    log::warn("query", "serves an outdated generation until a rebuilt one is promoted",
              {{"projection", projection_.name}, {"why", versions}});
  }
  return true;
}

void PostgresWatcher::read(Look& look) {
  look.visible->seen_at = system_now();
  const auto which = Parameters().text(projection_.name).bigint(generation_);
  std::vector<Statement> statements{
      {begin_sql}, {live_sql, Parameters().text(projection_.name)}, {checkpoints_sql, which}, {parked_sql, which}};
  for (const auto& [table, sql] : sql_) {
    const auto& feed = *feeds_.at(table);
    if (!feed.needed()) continue;
    look.tables.push_back(table);
    std::vector<std::int64_t> lanes;
    std::vector<std::int64_t> positions;
    for (const auto position : feed.seen(revisions_.size())) {
      lanes.push_back(static_cast<std::int64_t>(lanes.size()));
      positions.push_back(position.value);
    }
    statements.push_back({sql.changes, Parameters().bigints(lanes).bigints(positions)});
  }
  statements.push_back({commit_sql});
  look.answers = session_->run(statements);
}

void PostgresWatcher::take(Look& look) const {
  look.visible->generation = generation_;
  look.visible->held = hold_;
  take_checkpoints(look.answers[checkpoints_place], *look.visible);
  take_parked(look.answers[parked_place], *look.visible);
}

/// Lanes that were not asked for, or whose rows changed without their position moving, are read from their start.
bool PostgresWatcher::must_look_again(const Visible& visible) {
  const auto lanes = visible.lanes.find(projection_.contexts.front());
  if (lanes == visible.lanes.end()) return false;
  const bool more = lanes->second.size() > revisions_.size();
  revisions_.resize(std::max(revisions_.size(), lanes->second.size()));
  bool revised = false;
  for (std::size_t number = 0; number < lanes->second.size(); ++number) {
    const auto revision = lanes->second[number] ? lanes->second[number]->revision : 0;
    if (std::exchange(revisions_[number], revision) == revision) continue;
    revised = true;
    for (const auto& [table, feed] : feeds_) feed->rewind(Lane{static_cast<std::int32_t>(number)});
  }
  return !feeds_.empty() && (more || revised);
}

void PostgresWatcher::hand_out(Look& look) {
  for (std::size_t i = 0; i < look.tables.size(); ++i) {
    const auto& answer = look.answers[feeds_place + i];
    const auto& columns = projection_.tables[look.tables[i]].columns;
    std::vector<Row> rows;
    for (int row = 0; row < answer.size(); ++row) rows.push_back(row_of(columns, answer, row));
    feeds_.at(look.tables[i])->take(std::move(rows));
  }
  RowFeed::Seen seen;
  for (const auto& lane : look.visible->lanes[projection_.contexts.front()]) {
    seen.push_back(lane ? lane->position : Position{});
  }
  for (const auto& [table, feed] : feeds_) feed->advance(seen, std::ranges::count(look.tables, table) > 0);
  seen_at_.set(std::chrono::duration<double>(look.visible->seen_at.time_since_epoch()).count());
  well();
  board_.show(look.visible);
}

/// Once a trouble, however often it is met.
void PostgresWatcher::complain(std::string why) {
  const std::lock_guard lock(trouble_mutex_);
  if (why == trouble_) return;
  trouble_ = std::move(why);
  log::warn("query", "cannot watch a projection", {{"projection", projection_.name}, {"why", trouble_}});
}

void PostgresWatcher::well() {
  const std::lock_guard lock(trouble_mutex_);
  trouble_.clear();
}

std::optional<std::string> PostgresWatcher::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_.empty() ? std::nullopt : std::optional(trouble_);
}

void PostgresWatcher::rest(std::chrono::milliseconds time) const {
  pollfd wake{wake_[0], POLLIN, 0};
  poll(&wake, 1, static_cast<int>(time.count()));
}

}  // namespace keel::query
