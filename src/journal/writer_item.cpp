#include "journal/writer_item.hpp"

namespace keel::journal {

std::string_view name_of(Drop why) {
  switch (why) {
    case Drop::restarted:
      return "restarted";
    case Drop::outcome_unknown:
      return "outcome_unknown";
    case Drop::journal_unavailable:
      return "journal_unavailable";
    case Drop::late:
      return "late";
    case Drop::fenced:
      return "fenced";
  }
  return "?";
}

}  // namespace keel::journal
