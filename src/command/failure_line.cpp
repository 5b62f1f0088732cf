#include "command/failure_line.hpp"

#include "ops/call_trace.hpp"
#include "ops/log.hpp"

namespace keel::command {

void tell_failure(std::string_view method, const grpc::Status& status, const grpc::CallbackServerContext& context) {
  if (!log::enabled(log::Level::debug)) return;
  log::debug("command", "a command was not accepted",
             {{"method", method},
              {"code", static_cast<int>(status.error_code())},
              {"why", status.error_message()},
              {"trace_id", ops::trace_id_of(context)}});
}

}  // namespace keel::command
