#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "app/replay/operator_command.hpp"

namespace keel::app {

// The commands of `keel replay`, one function each. operator_command.hpp says how to add one.

/// Every command, in the order in which help and man page show them.
std::vector<OperatorCommand> all_commands();
/// First words that several commands share, with a summary each.
const std::map<std::string_view, std::string_view>& groups();

OperatorCommand list_command();
OperatorCommand journal_stats_command();
OperatorCommand journal_check_command();
OperatorCommand journal_show_command();
OperatorCommand parked_list_command();
OperatorCommand parked_show_command();
OperatorCommand parked_retry_command();
OperatorCommand parked_discard_command();
OperatorCommand describe_command();
OperatorCommand rebuild_command();
OperatorCommand resume_command();
OperatorCommand status_command();
OperatorCommand cancel_command();
OperatorCommand verify_command();
OperatorCommand promote_command();
OperatorCommand rollback_command();
OperatorCommand drop_command();
OperatorCommand pause_command();
OperatorCommand unpause_command();
OperatorCommand completion_command();
OperatorCommand man_command();

}  // namespace keel::app
