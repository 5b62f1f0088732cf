#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/clock.hpp"
#include "core/quantities.hpp"
#include "core/uuid.hpp"
#include "domain/aggregate.hpp"
#include "journal/records.hpp"

namespace keel::actors {

/// The command is stored (or was accepted as a no-op, or would be: `validate_only`).
struct Accepted {
  Version version;
  Lane lane;
  /// Position of its last event; of the lane's last when it made none.
  Position position;
  /// The response's own fields, serialised. Byte for byte the same for every repeat.
  std::string reply;
  /// This is the answer of an earlier call with the same request id.
  bool deduplicated = false;
};

/// The caller expected another version: `ABORTED` / `VERSION_CONFLICT`.
struct VersionConflict {
  Version expected;
  Version actual;
};

/// The request id was used for another command: `INVALID_ARGUMENT` / `REQUEST_ID_REUSED`. Says nothing else.
struct RequestIdReused {};

/// No answer to the question. Every reason says what is known of the effect.
enum class Trouble {
  /// Caps of aggregate, context, caller or process: nothing was written. `RESOURCE_EXHAUSTED` with RetryInfo.
  overloaded,
  /// The deadline passed before the rule was asked: nothing was written. `DEADLINE_EXCEEDED`.
  late,
  /// This process does not own the lane: nothing was written. `UNAVAILABLE` / `NOT_OWNER`.
  not_owner,
  /// The aggregate cannot load and waits for a person: nothing was written. `AGGREGATE_QUARANTINED`, no RetryInfo.
  quarantined,
  /// The process is stopping: nothing was written. `UNAVAILABLE` / `STOPPING`.
  stopping,
  /// The aggregate was restarted while the command was under way: open. `UNAVAILABLE` / `ACTOR_RESTARTING`.
  restarted,
  /// The journal's answer was lost: open. `UNAVAILABLE` / `COMMIT_OUTCOME_UNKNOWN`.
  outcome_unknown,
  /// The journal cannot be reached: open. `UNAVAILABLE` / `JOURNAL_UNAVAILABLE`.
  journal_unavailable,
};

using Answer = std::variant<Accepted, domain::Refusal, VersionConflict, RequestIdReused, Trouble>;

/// Takes the answer of one call: exactly one, from any thread, without blocking.
class AnswerPort {
 public:
  virtual ~AnswerPort() = default;
  virtual void answer(Answer answer) = 0;
};

/// A promise to answer. Dropped without an answer, by a crash or otherwise, it answers `Trouble::restarted`, so that
/// nobody waits for a timeout.
class Reply {
 public:
  Reply() = default;
  explicit Reply(std::shared_ptr<AnswerPort> port) : port_(std::move(port)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      drop();
      port_ = std::move(other.port_);
    }
    return *this;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { drop(); }

  void answer(Answer answer) {
    if (const auto port = std::exchange(port_, nullptr)) port->answer(std::move(answer));
  }
  bool pending() const { return port_ != nullptr; }

 private:
  void drop() {
    if (port_) answer(Trouble::restarted);
  }
  std::shared_ptr<AnswerPort> port_;
};

/// One command on its way, validated and stamped by the edge.
struct Call {
  const domain::AggregateKind* kind = nullptr;
  const domain::AggregateKind::Command* rule = nullptr;
  std::string aggregate_id;
  std::unique_ptr<domain::Message> command;
  domain::Stamp stamp;
  Uuid request_id;
  /// 1..128 bytes.
  std::string caller;
  journal::Fingerprint fingerprint{};
  /// Absent = any; 0 = must be new.
  std::optional<Version> expected_version;
  bool validate_only = false;
  Timestamp deadline;
  /// `keel.type.v1.EventMetadata`, serialised.
  std::string metadata;
  Reply reply;
};

/// Where calls go in. Any thread; never blocks: a call over a limit is answered at once.
class CommandPort {
 public:
  virtual ~CommandPort() = default;
  virtual void submit(Call call) = 0;
};

}  // namespace keel::actors
