#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "replay/expected_rows.hpp"
#include "replay/generation_cut.hpp"
#include "replay/verify.hpp"

namespace keel::replay {

/// What came of the comparison of a lane.
struct LaneFindings {
  /// At most `max_differences`, by table and key.
  std::vector<Difference> differences;
  /// All of them.
  std::int64_t different = 0;
  std::int64_t rows = 0;
  /// How many the lane was compared in.
  std::int64_t parts = 0;
  std::vector<std::string> left_out;
};

/// Compares lanes of a generation with the journal in bounded memory: the sums of the lane first, and only when they
/// differ its rows. What takes more memory than its share is split by aggregates, and the lane is read once for each
/// part. One thread; blocks on both databases.
class LaneVerifier {
 public:
  struct Rules {
    std::size_t chunk = 20'000;
    /// Memory, for everything that is held at a time.
    std::size_t bytes = 1UL << 30U;
    std::size_t max_differences = 1'000;
    std::function<bool()> ended;
    /// Told of events that were read, and of those that will be, beyond the first reading of every lane.
    std::function<void(std::int64_t events)> read;
    std::function<void(std::int64_t events)> to_read;
  };

  /// All outlive it.
  LaneVerifier(const query::Projection& projection, const GenerationReader& reader, journal::EventScan& scan,
               Rules rules);

  /// Fault: told to end; a database; or an aggregate alone that needs more memory than there is.
  Result<LaneFindings> verify(Lane lane, const LaneCut& cut);

 private:
  using Folded = Result<std::optional<ExpectedRows>>;
  using Work = std::function<Result<Fit>(const LanePart& part)>;

  /// The whole lane, or as many parts as the last one needed; and both halves of what does not fit.
  Result<Done> part_by_part(Lane lane, std::size_t& usual_parts, const Work& work) const;
  Result<bool> sums_agree(Lane lane, const LaneCut& cut, LaneFindings& found);
  Result<Fit> compare_rows(Lane lane, const LanePart& part, LaneFindings& found);
  void compare_tables(Lane lane, const LanePart& part, LaneRows& is, ExpectedRows& should, LaneFindings& found) const;
  Folded counted(const LaneCut& cut, const std::function<Folded()>& fold);

  const query::Projection& projection_;
  const GenerationReader& reader_;
  const Rules rules_;
  ExpectedRowsFold fold_;
  std::size_t parts_for_sums_ = 1;
  std::size_t parts_for_rows_ = 1;
  /// Events that this reading of a lane has read, and that are counted upon already.
  std::int64_t read_ = 0;
  std::int64_t counted_upon_ = 0;
};

}  // namespace keel::replay
