#include "app/replay/commands.hpp"

namespace keel::app {

std::vector<OperatorCommand> all_commands() {
  return {
      list_command(),          describe_command(),      rebuild_command(),      resume_command(),
      status_command(),        cancel_command(),        verify_command(),       promote_command(),
      rollback_command(),      drop_command(),          pause_command(),        unpause_command(),
      parked_list_command(),   parked_show_command(),   parked_retry_command(), parked_discard_command(),
      journal_stats_command(), journal_check_command(), journal_show_command(), completion_command(),
      man_command(),
  };
}

const std::map<std::string_view, std::string_view>& groups() {
  static const std::map<std::string_view, std::string_view> known = {
      {"journal", "look into the journal"},
      {"parked", "events that could not be folded"},
  };
  return known;
}

}  // namespace keel::app
