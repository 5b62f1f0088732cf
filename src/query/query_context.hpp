#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/metrics.hpp"
#include "query/projection.hpp"
#include "query/read_model.hpp"
#include "query/reads.hpp"
#include "query/row_feed.hpp"
#include "query/unary_call.hpp"
#include "query/visibility_board.hpp"
#include "query/watch_stream.hpp"

namespace keel::query {

class PostgresWatcher;

/// The tokens of a request, read; or what is wrong with them.
using ReadTokens = std::variant<std::vector<Token>, grpc::Status>;

/// One projection as query services see it: how fresh it is, its rows, and the rows as they change. Any thread, except
/// where said; nothing blocks.
class ProjectionView {
 public:
  /// What a service goes on with when a request's tokens are visible.
  struct Fresh {
    std::shared_ptr<const Visible> visible;
    std::vector<Token> tokens;
  };
  using Go = std::function<void(Fresh fresh)>;

  ProjectionView(Projection projection, VisibilityBoard::Options board, Reads& reads);
  ~ProjectionView();

  const Projection& projection() const { return projection_; }
  VisibilityBoard& board() { return board_; }

  /// Reads the tokens of a request, at most 64; each is of a context that the projection reads.
  ReadTokens read_tokens(std::span<const std::string* const> texts) const;

  /// Goes on when the call's tokens are visible; else fails the call.
  template <class Request>
  void when_visible(const Call<Request>& call, Go go) {
    const auto tokens = tokens_of(*call.request);
    if (const auto* wrong = std::get_if<grpc::Status>(&tokens)) return call.answer->fail(*wrong);
    await(
        std::get<std::vector<Token>>(tokens), call.deadline, [answer = call.answer] { return answer->over(); },
        [answer = call.answer](const grpc::Status& status) { answer->fail(status); }, std::move(go));
  }
  /// The same for a stream.
  template <class Request>
  void when_visible(const Request& request, std::optional<Timestamp> deadline,
                    const std::shared_ptr<WatchStream>& stream, Go go) {
    const auto tokens = tokens_of(request);
    if (const auto* wrong = std::get_if<grpc::Status>(&tokens)) return stream->end(*wrong);
    await(
        std::get<std::vector<Token>>(tokens), deadline.value_or(never), [stream] { return stream->over(); },
        [stream](const grpc::Status& status) { stream->end(status); }, std::move(go));
  }

  /// One row of a table, read after now. `then` keeps `Fresh::visible`, so that nobody drops the generation meanwhile;
  /// so does a listing's.
  void find(std::size_t table, std::int64_t generation, Key key, Reads::Found then);
  void list(Listing listing, Reads::Listed then);

  /// The changes of a table; `kept`: the whole table in memory. Asked for once, when the service is made.
  RowFeed& follow(std::size_t table, bool kept);

 private:
  friend class QueryContext;

  template <class Request>
  ReadTokens tokens_of(const Request& request) const {
    std::vector<const std::string*> texts;
    for (const auto& text : request.min_token()) texts.push_back(&text);
    return read_tokens(texts);
  }
  void await(std::vector<Token> tokens, Timestamp deadline, std::function<bool()> gone,
             std::function<void(const grpc::Status&)> fail, Go go);

  const Projection projection_;
  VisibilityBoard board_;
  const ops::Counter too_late_;
  const ops::Histogram waits_;
  Reads& reads_;
  std::map<std::size_t, std::unique_ptr<RowFeed>> feeds_;
  std::unique_ptr<PostgresWatcher> watcher_;
};

struct QueryOptions {
  /// The read store; the role needs what `keel_query` has.
  std::string dsn;
  /// Sessions that read rows.
  std::size_t sessions = 2;
  std::size_t max_queued_reads = 16'384;
  /// Most calls that wait for tokens, per projection, and most open watches.
  std::size_t max_waiting = 10'000;
  std::chrono::milliseconds before_deadline{20};
  std::chrono::milliseconds statement_timeout{5'000};
  /// How often generation and checkpoints are looked at when nothing was told.
  std::chrono::milliseconds look_every{1'000};
};

/// A part of the query edge that works by itself.
struct QueryPart {
  /// `watcher of carts`, `readers`.
  std::string name;
  /// Nothing when it is well. It tries again by itself.
  std::optional<std::string> trouble;
};

/// What query services are made over: the projections' views, and the streams that are open. Knows no journal and no
/// Kafka: queries go on while commands are down.
class QueryContext {
 public:
  QueryContext(QueryOptions options, std::span<const ReadModel> models);
  ~QueryContext();

  /// The view of a projection that one of the read models has; another name is a bug and throws.
  ProjectionView& view(std::string_view projection);

  /// Begins to watch the read store. After the services are made, because they say what they follow.
  void start();
  /// Why queries cannot be answered yet; nothing when every projection was seen.
  std::optional<std::string> why_not_ready() const;
  /// How its own threads do. After `start`; any thread.
  std::vector<QueryPart> parts() const;

  /// A stream that is ended when the server stops; already ended when too many are open.
  std::shared_ptr<WatchStream> open_stream();
  /// Ends all waits and streams with `STOPPING`, and refuses new ones.
  void close();

 private:
  void forget_streams_that_are_over();

  const QueryOptions options_;
  std::unique_ptr<Reads> reads_;
  std::map<std::string, std::unique_ptr<ProjectionView>, std::less<>> views_;
  std::mutex streams_mutex_;
  std::vector<std::weak_ptr<WatchStream>> streams_;
  bool closed_ = false;
};

}  // namespace keel::query
