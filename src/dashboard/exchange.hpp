#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dashboard/refusal.hpp"
#include "dashboard/sessions.hpp"

namespace keel::dashboard {

/// A request as the routes see it: without sockets, so that tests need none.
struct Request {
  /// GET, POST, DELETE.
  std::string method;
  /// Below `/api/v1`, each decoded by itself: an id may hold a slash.
  std::vector<std::string> path;
  std::map<std::string, std::string, std::less<>> query;
  /// `X-Keel-CSRF`.
  std::string csrf;
  /// The session's.
  std::string cookie;
  std::string last_event_id;
  /// The body's, when there is one.
  std::string content_type;
  std::string body;
  /// Of the other end.
  std::string address;
  /// What the front end lies below: `/` or `/ops/`. For cookies.
  std::string base = "/";
  /// The browser speaks TLS to somebody in front of us, who says so.
  bool secure = false;
  Visitor visitor;

  /// Empty when it is not there.
  const std::string& parameter(std::string_view name) const;
};

/// Something that is sent piece by piece while it lasts: server-sent events. Pulled by the one thread that serves its
/// client; destroyed when the client has gone.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Waits for the next piece, at most about a second; an empty one says that there is nothing new, so that whoever
  /// serves looks whether the client is still there. False: it is over.
  virtual bool next(std::string& piece) = 0;
};

/// What a route answers.
struct Reply {
  int status = 200;
  Json document = Json::object();
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Instead of the document.
  std::shared_ptr<Stream> stream{};
  /// What the document tells, when it was refused.
  std::optional<Refusal> refused{};

  Reply() = default;
  Reply(Json answer) : document(std::move(answer)) {}  // NOLINT(google-explicit-constructor)
  Reply(const Refusal& refusal);                       // NOLINT(google-explicit-constructor)
  explicit Reply(std::shared_ptr<Stream> live) : stream(std::move(live)) {}
};

/// The value of `Set-Cookie` that starts a session, or, when empty, ends it.
std::string session_cookie(const std::string& cookie, const Request& request);

/// The whole number of a query parameter or of a path's part; refused when it is none or out of bounds.
Outcome<std::int64_t> number_of(std::string_view field, std::string_view text, std::int64_t least, std::int64_t most);
/// The query parameter, or `fallback` when it is not there.
Outcome<std::int64_t> number_of(const Request& request, std::string_view name, std::int64_t fallback,
                                std::int64_t least, std::int64_t most);
/// Nothing when it is not there.
Outcome<std::optional<Timestamp>> moment_of(const Request& request, std::string_view name);

/// The body of a POST: one JSON object.
class Body {
 public:
  /// 415/CONTENT_TYPE unless `application/json`; 400/BODY_INVALID unless an object, nested less than 16 deep.
  static Outcome<Body> of(const Request& request);

  /// A text; refused when missing (unless it may be), of another type, longer than `most` bytes, or with a NUL.
  Outcome<std::string> text(std::string_view name, std::size_t most, bool required = true) const;
  /// 1..500 characters: REASON_REQUIRED when missing or blank.
  Outcome<std::string> reason() const;
  /// `confirm` must be just this: CONFIRMATION_WRONG.
  std::optional<Refusal> confirmed(std::string_view expected) const;
  /// Numbers come as JSON numbers or as digits in a text. Nothing when it is not there.
  Outcome<std::optional<std::int64_t>> number(std::string_view name) const;
  bool yes(std::string_view name) const;
  bool has(std::string_view name) const { return document_.contains(name); }

 private:
  explicit Body(Json document) : document_(std::move(document)) {}
  Json document_;
};

}  // namespace keel::dashboard
