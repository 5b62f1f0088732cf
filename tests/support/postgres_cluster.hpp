#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "journal/postgres_options.hpp"
#include "journal/schema.hpp"

namespace keel::test {

/// One database of a test's cluster, with the SQL that a test says behind everybody's back (as superuser).
struct Database {
  std::string name;
  /// For libpq, as superuser. Another user: `dsn + " user=NAME"`.
  std::string dsn;

  /// How the code under test opens it: fsync may be off.
  journal::PostgresOptions options() const;
  /// Runs any statements; throws when one fails.
  void run(const std::string& sql) const;
  /// Rows as text, NULL as "".
  std::vector<std::vector<std::string>> rows(const std::string& sql) const;
  /// First column of the first row; "" when there is none.
  std::string value(const std::string& sql) const;
  /// Terminates the back ends whose application_name is like this pattern, and waits until they are gone.
  void terminate(const std::string& application_name_like = "%") const;
};

/// A private PostgreSQL server on a unix socket, thrown away afterwards: with the test program, even when that
/// crashes, because a watching shell owns the server and ends with the pipe to its parent.
///
/// initdb runs once a machine and user; a cluster is a copy of its result (some 0.3 s in all). As root the server runs
/// as user `postgres`. Everything lies in `KEEL_TEST_HOME`, by default a folder of /var/tmp that every user may enter.
class Cluster {
 public:
  struct Options {
    /// Off is fast and refused by `PostgresJournal` unless allowed. On for what measures or tests durability.
    bool fsync = false;
    /// Lines for postgresql.conf.
    std::vector<std::string> settings;
  };

  /// The one of this test program, started at its first use.
  static Cluster& shared();

  Cluster() : Cluster(Options{}) {}
  explicit Cluster(const Options& options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// A fresh database with nothing in it.
  Database empty_database();
  /// A fresh database with a migrated journal, cloned from a template.
  Database journal_database(const journal::JournalPlan& plan = {{"cart", "inventory"}, 16});
  /// The folder of the unix socket: libpq's `host`.
  std::string socket_folder() const { return folder_.string(); }

  /// Where the server keeps its files, for a test that tampers with them.
  std::filesystem::path data_folder() const { return folder_ / "data"; }

  /// SIGINT: rolls everything back and disconnects. SIGQUIT: as after a crash.
  void stop_fast() { tell("fast"); }
  void stop_immediately() { tell("immediate"); }
  /// Starts again and waits until it takes writes.
  void start();

 private:
  std::string dsn_of(const std::string& database) const;
  Database create_database(const std::string& template_name);
  void tell(const std::string& verb);

  std::filesystem::path folder_;
  int lock_ = -1;
  pid_t keeper_ = -1;
  int orders_ = -1;
  int replies_ = -1;
  std::atomic<int> databases_made_ = 0;
  bool has_template_ = false;
};

}  // namespace keel::test
