#pragma once

#include <string>
#include <vector>

#include "dashboard/json.hpp"
#include "replay/read_store.hpp"

namespace keel::dashboard {

/// As `keel replay status` says it: `crashed` when it runs for nobody, `cancelling` when it was asked to end.
std::string state_of(const replay::Operation& operation);

Json document_of(const replay::Operation& operation);
Json documents_of(const std::vector<replay::Operation>& operations);
/// Those that run, and the last five beside them.
Json current_documents(const std::vector<replay::Operation>& operations);
Json document_of(const replay::NotedDeed& noted);

}  // namespace keel::dashboard
