#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/aggregate.hpp"
#include "journal/journal.hpp"
#include "query/projection.hpp"
#include "replay/rebuild.hpp"
#include "replay/verify.hpp"

namespace keel::dashboard {

/// A context that the dashboard can look into.
struct ShownContext {
  std::string name;
  std::vector<const domain::AggregateKind*> aggregates;
};

/// How much of payloads and states is shown.
enum class Payloads {
  /// Types and sizes.
  none,
  /// Names of fields, every value masked.
  keys,
  full,
};
std::string_view name_of(Payloads payloads);

/// What the dashboard is given to look at and to work with.
struct DashboardParts {
  /// Of the build.
  std::string version;
  /// `host:pid` of this process, for operations that it works at.
  std::string worker;
  std::vector<ShownContext> contexts;
  std::vector<query::Projection> projections;
  std::string read_dsn;
  std::string journal_dsn;
  /// Sessions with a short statement timeout.
  journal::OpenJournal journal;
  std::function<replay::RebuildParts(const query::Projection&)> rebuild_parts;
  std::function<replay::VerifyParts(const query::Projection&)> verify_parts;
};

/// Null when there is no such one.
const query::Projection* find_projection(const DashboardParts& parts, std::string_view name);
const domain::AggregateKind* find_kind(const DashboardParts& parts, std::string_view context, std::string_view type);

}  // namespace keel::dashboard
