#include "app/connections.hpp"
#include "app/replay/commands.hpp"
#include "query/postgres_projection_store.hpp"

namespace keel::app {
namespace {

Exit run(CommandCall& call) {
  const auto store = query::postgres_projection_store(call.configuration().text("read.dsn"), "keel replay list")();
  if (!store) return call.fail(store.fault());
  call.output.begin({"projection", "code_version", "live", "live_version", "paused"});
  for (const auto& model : read_models_of(call.contexts())) {
    for (const auto& projection : model.projections) {
      const auto live = (*store)->live(projection.name);
      if (!live) return call.fail(live.fault());
      std::vector<Field> fields{projection.name, std::int64_t{projection.version}, {}, {}, {}};
      if (*live) {
        fields[2] = (*live)->generation;
        fields[3] = std::int64_t{(*live)->version};
        fields[4] = (*live)->paused;
      }
      call.output.row(std::move(fields));
    }
  }
  return Exit::ok;
}

}  // namespace

OperatorCommand list_command() {
  return {.words = {"list"},
          .summary = "the projections, and which generation of each is live",
          .explanation = "",
          .arguments = {},
          .options = {},
          .run = &run};
}

}  // namespace keel::app
