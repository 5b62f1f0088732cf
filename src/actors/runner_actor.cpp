#include "actors/runner_actor.hpp"

#include <caf/behavior.hpp>
#include <caf/send.hpp>

#include "actors/exceptions.hpp"

namespace keel::actors {
namespace {

/// In reach of bells and supervisor for as long as it lives; gone from both before the runner is.
class InReach {
 public:
  InReach(RunnerParts& parts, const std::shared_ptr<Runner>& runner) : parts_(parts) {
    parts_.bells->hang(this, runner);
    may_run_ = parts_.control->began(*runner);
  }
  ~InReach() {
    parts_.bells->take_down(this);
    parts_.control->ended();
  }
  InReach(const InReach&) = delete;
  InReach& operator=(const InReach&) = delete;
  bool may_run() const { return may_run_; }

 private:
  RunnerParts& parts_;
  bool may_run_ = false;
};

}  // namespace

RunnerActor::RunnerActor(caf::actor_config& config, const Setting&, RunnerParts parts)
    : caf::event_based_actor(config), parts_(std::move(parts)) {
  set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, text_of(thrown));
  });
}

caf::behavior RunnerActor::make_behavior() {
  caf::anon_send(this, msg::Run{});
  return {[this](msg::Run) {
    const auto result = run_once();
    if (result) return quit(caf::exit_reason::user_shutdown);
    quit(caf::make_error(caf::sec::runtime_error, result.fault().what));
  }};
}

Result<Done> RunnerActor::run_once() {
  const std::shared_ptr<Runner> runner = parts_.service->make(parts_.held);
  const InReach in_reach(parts_, runner);
  auto end = in_reach.may_run() ? runner->run() : Done{};
  if (const auto cause = parts_.control->crash()) break_down(*cause);
  return end;
}

}  // namespace keel::actors
