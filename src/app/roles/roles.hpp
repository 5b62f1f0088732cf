#pragma once

#include <string>
#include <vector>

#include "app/command_line.hpp"

namespace keel::app {

// The roles of the one binary. Each runs until its work is done or the process is asked to end, and answers with the
// process's exit code.

/// Brings journal, read store and topics to this binary's schema.
Exit run_migrate(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>& words);
/// Decides commands, appends events, publishes them, runs reactors and timers.
Exit run_command(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>& words);
/// Folds events into read models.
Exit run_projector(const Configuration& configuration, const std::vector<Context>& contexts,
                   const std::vector<std::string>& words);
/// Answers queries from the read models.
Exit run_query(const Configuration& configuration, const std::vector<Context>& contexts,
               const std::vector<std::string>& words);
/// A Kafka broker in memory, for a start without installation.
Exit run_broker(const Configuration& configuration, const std::vector<Context>& contexts,
                const std::vector<std::string>& words);
/// Shows the system in the browser, and lets people act on it.
Exit run_dashboard(const Configuration& configuration, const std::vector<Context>& contexts,
                   const std::vector<std::string>& words);
/// `adopt`: goes on with a journal that was restored.
Exit run_journal(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>& words);
/// Prints what this build is.
Exit run_version(const Configuration& configuration, const std::vector<Context>& contexts,
                 const std::vector<std::string>& words);

}  // namespace keel::app
