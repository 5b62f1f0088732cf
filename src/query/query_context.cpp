#include "query/query_context.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "query/postgres_reads.hpp"
#include "query/postgres_watcher.hpp"
#include "query/query_errors.hpp"

namespace keel::query {
namespace {

constexpr std::size_t max_tokens = 64;

std::unique_ptr<Reads> open_reads(const QueryOptions& options) {
  PostgresReads::Options reads;
  reads.dsn = options.dsn;
  reads.sessions = options.sessions;
  reads.max_queued = options.max_queued_reads;
  reads.statement_timeout = options.statement_timeout;
  return std::make_unique<PostgresReads>(std::move(reads));
}

}  // namespace

ProjectionView::ProjectionView(Projection projection, VisibilityBoard::Options board, Reads& reads)
    : projection_(std::move(projection)),
      board_(board),
      too_late_(ops::metrics().counter("keel_query_wait_timeouts_total", "Calls whose token was not visible in time",
                                       {{"projection", projection_.name}})),
      waits_(ops::metrics().histogram("keel_query_wait_seconds",
                                      "From a call with a token to its visibility, or to the end of its patience",
                                      ops::latency_buckets(), {{"projection", projection_.name}})),
      reads_(reads) {}

ProjectionView::~ProjectionView() = default;

ReadTokens ProjectionView::read_tokens(std::span<const std::string* const> texts) const {
  if (texts.size() > max_tokens) return request_invalid({{"min_token", "at most 64 tokens"}});
  std::vector<Token> tokens;
  for (const auto* text : texts) {
    auto token = decode_token(*text);
    if (!token || token->lane.value < 0 || token->position.value < 0) return token_malformed("min_token");
    const bool ours = std::ranges::count(projection_.contexts, token->context) > 0;
    if (!ours) return token_foreign(token->context);
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

void ProjectionView::await(std::vector<Token> tokens, Timestamp deadline, std::function<bool()> gone,
                           std::function<void(const grpc::Status&)> fail, Go go) {
  const auto began = std::chrono::steady_clock::now();
  auto then = [tokens, began, waits = waits_, too_late = too_late_, fail = std::move(fail), go = std::move(go)](
                  Waited waited, std::shared_ptr<const Visible> visible) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (!tokens.empty()) waits.observe(took.count());
    if (waited == Waited::visible) return go(Fresh{std::move(visible), tokens});
    if (waited == Waited::not_yet) too_late.add();
    fail(not_visible(waited, tokens, visible.get()));
  };
  board_.await(std::move(tokens), deadline, std::move(gone), std::move(then));
}

void ProjectionView::find(std::size_t table, std::int64_t generation, Key key, Reads::Found then) {
  reads_.find(projection_.tables[table], generation, std::move(key), std::move(then));
}

void ProjectionView::list(Listing listing, Reads::Listed then) { reads_.list(std::move(listing), std::move(then)); }

RowFeed& ProjectionView::follow(std::size_t table, bool kept) {
  if (watcher_) throw std::logic_error("a table is followed from the start or not at all");
  auto& feed = feeds_[table];
  if (!feed) feed = std::make_unique<RowFeed>(kept);
  return *feed;
}

QueryContext::QueryContext(QueryOptions options, std::span<const ReadModel> models)
    : options_(std::move(options)), reads_(open_reads(options_)) {
  VisibilityBoard::Options board;
  board.max_waiting = options_.max_waiting;
  board.before_deadline = options_.before_deadline;
  for (const auto& model : models) {
    for (const auto& projection : model.projections) {
      views_[projection.name] = std::make_unique<ProjectionView>(projection, board, *reads_);
    }
  }
}

/// First what ends calls, then the threads that may still answer them.
QueryContext::~QueryContext() {
  close();
  for (auto& [name, view] : views_) view->watcher_.reset();
  reads_.reset();
}

ProjectionView& QueryContext::view(std::string_view projection) {
  const auto found = views_.find(projection);
  if (found == views_.end()) throw std::logic_error("no read model has the projection " + std::string(projection));
  return *found->second;
}

void QueryContext::start() {
  PostgresWatcher::Options options;
  options.dsn = options_.dsn;
  options.look_every = options_.look_every;
  for (auto& [name, view] : views_) {
    view->watcher_ = std::make_unique<PostgresWatcher>(view->projection_, view->feeds_, view->board_, options);
  }
}

std::optional<std::string> QueryContext::why_not_ready() const {
  std::string unseen;
  for (const auto& [name, view] : views_) {
    if (!view->board_.now()) unseen += (unseen.empty() ? "" : ", ") + name;
  }
  if (unseen.empty()) return {};
  return "not seen in the read store yet: " + unseen;
}

std::vector<QueryPart> QueryContext::parts() const {
  std::vector<QueryPart> parts{{"readers", reads_->trouble()}};
  for (const auto& [name, view] : views_) parts.push_back({"watcher of " + name, view->watcher_->trouble()});
  return parts;
}

std::shared_ptr<WatchStream> QueryContext::open_stream() {
  auto stream = WatchStream::make();
  const std::lock_guard lock(streams_mutex_);
  if (closed_) {
    stream->end(stopping());
    return stream;
  }
  if (streams_.size() >= options_.max_waiting) forget_streams_that_are_over();
  if (streams_.size() >= options_.max_waiting) {
    stream->end(too_many_waiting());
    return stream;
  }
  streams_.push_back(stream);
  return stream;
}

void QueryContext::forget_streams_that_are_over() {
  std::erase_if(streams_, [](const std::weak_ptr<WatchStream>& stream) { return stream.expired(); });
}

void QueryContext::close() {
  std::vector<std::weak_ptr<WatchStream>> streams;
  {
    const std::lock_guard lock(streams_mutex_);
    closed_ = true;
    streams.swap(streams_);
  }
  for (const auto& weak : streams) {
    if (const auto stream = weak.lock()) stream->break_off(stopping());
  }
  for (auto& [name, view] : views_) view->board_.close();
}

}  // namespace keel::query
