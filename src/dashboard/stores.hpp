#pragma once

#include <memory>
#include <string>

#include "dashboard/parts.hpp"
#include "dashboard/pool.hpp"
#include "journal/journal.hpp"
#include "query/parking.hpp"
#include "replay/read_store.hpp"

namespace keel::dashboard {

/// The sessions that requests share. A statement that takes longer than two seconds fails: nobody waits for a page
/// longer than that, and a slow database is not asked again and again.
class Stores {
 public:
  explicit Stores(const DashboardParts& parts)
      : read_dsn_(parts.read_dsn), read_([this] { return open(); }, 4), journal_(parts.journal, 4) {}
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  Result<Pool<replay::ReadStore>::Lease> read() { return read_.take(); }
  Result<Pool<journal::Journal>::Lease> journal() { return journal_.take(); }
  /// A session of its own, without a limit of time: for long work, and for a projection's lock, which is held as long
  /// as the session lives.
  Result<std::unique_ptr<replay::ReadStore>> for_work() const {
    return replay::ReadStore::open(read_dsn_, {"keel dashboard work", std::chrono::milliseconds(0)});
  }
  Result<std::unique_ptr<query::Parking>> parking() const {
    return query::open_parking(read_dsn_, "keel dashboard parked");
  }

 private:
  Result<std::unique_ptr<replay::ReadStore>> open() const {
    return replay::ReadStore::open(read_dsn_, {"keel dashboard", std::chrono::milliseconds(2'000)});
  }

  const std::string read_dsn_;
  Pool<replay::ReadStore> read_;
  Pool<journal::Journal> journal_;
};

}  // namespace keel::dashboard
