#include "app/run.hpp"

#include "app/command_line.hpp"
#include "app/replay/replay_tool.hpp"
#include "app/roles/roles.hpp"

namespace keel::app {

int run(int argc, const char* const* argv, const std::vector<Context>& contexts, const std::vector<Tool>& tools) {
  const std::vector<Subcommand> subcommands = {
      {"command",
       "decide commands, append events, publish them, run workflows",
       {"command", "journal", "kafka", "grpc", "ops", "shutdown"},
       &run_command},
      {"projector",
       "fold events into read models",
       {"projector", "journal", "read", "kafka", "ops", "shutdown"},
       &run_projector},
      {"query", "answer queries from the read models", {"query", "read", "grpc", "ops", "shutdown"}, &run_query},
      {"broker",
       "a Kafka broker in memory, for a start without installation",
       {"broker", "journal", "ops", "shutdown"},
       &run_broker},
      {"dashboard",
       "show the system in the browser: processes, projections, aggregates, and what can be done to them",
       {"dashboard", "journal", "read", "ops", "shutdown"},
       &run_dashboard},
      {"migrate",
       "bring journal, read store and topics to this binary's schema",
       {"journal", "read", "kafka"},
       &run_migrate},
      {"journal",
       "adopt: go on after a restore or failover (keel replay journal: a look into it)",
       {"journal", "read"},
       &run_journal,
       "adopt"},
      {"replay",
       "rebuild, verify, promote and roll back projections; look into the journal",
       {},
       nullptr,
       {},
       &replay_tool},
      {"version", "print what this build is", {}, &run_version},
  };
  for (const auto& tool : tools) {
    if (argc > 1 && argv[1] == tool.name) return tool.run(argc - 1, argv + 1);
  }
  return static_cast<int>(dispatch(argc, argv, contexts, subcommands, tools));
}

}  // namespace keel::app
