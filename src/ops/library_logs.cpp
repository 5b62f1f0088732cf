#include "ops/library_logs.hpp"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

#include "ops/log.hpp"

namespace keel::ops {
namespace {

void take_protobuf(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  const log::Fields fields = {{"file", file}, {"line", line}};
  if (level == google::protobuf::LOGLEVEL_FATAL) return log::error("protobuf", message, fields);
  log::debug("protobuf", message, fields);
}

void take_grpc(gpr_log_func_args* line) {
  const log::Fields fields = {{"file", line->file}, {"line", line->line}};
  if (line->severity == GPR_LOG_SEVERITY_ERROR) return log::warn("grpc", line->message, fields);
  log::debug("grpc", line->message, fields);
}

}  // namespace

void adopt_library_logs() {
  google::protobuf::SetLogHandler(take_protobuf);
  gpr_set_log_function(take_grpc);
}

}  // namespace keel::ops
