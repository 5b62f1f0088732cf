#include "support/postgres_cluster.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace keel::test {
namespace {

namespace fs = std::filesystem;

/// Owns the server: obeys one word a line, and when its input ends it ends the server and removes the folder.
/// $1 folder, $2 folder of PostgreSQL's programs, $3 the template to copy.
constexpr const char* keeper_script = R"sh(
  cd "$1" || exit 1
  server=
  halt() { [ -z "$server" ] || { kill "-$1" "$server"; wait "$server"; server=; }; true; }
  trap '' INT TERM HUP
  while read -r verb; do
    case $verb in
      copy) cp -a "$3" data && cat settings >> data/postgresql.conf ;;
      start) "$2/postgres" -D data >> log 2>&1 < /dev/null & server=$! ;;
      fast) halt INT ;;
      immediate) halt QUIT ;;
    esac
    echo "$?"
  done
  halt QUIT
  cd / && rm -rf "$1"
)sh";

constexpr const char* initdb_script = R"sh(
  rm -rf "$1.new" &&
  "$2/initdb" -D "$1.new" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > /dev/null &&
  mv "$1.new" "$1"
)sh";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("test cluster: " + what); }

fs::path postgres_programs() {
  if (const char* chosen = std::getenv("KEEL_POSTGRES_BIN")) return chosen;
  fs::path best;
  if (!fs::exists("/usr/lib/postgresql")) fail("PostgreSQL is not installed (apt-get install postgresql)");
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql")) {
    const fs::path programs = version.path() / "bin";
    if (fs::exists(programs / "postgres") && programs > best) best = programs;
  }
  if (best.empty()) fail("PostgreSQL is not installed (apt-get install postgresql)");
  return best;
}

/// PostgreSQL refuses root; then the server runs as `postgres`.
const passwd* server_user() {
  static const passwd* user = [] {
    const passwd* found = ::geteuid() == 0 ? ::getpwnam("postgres") : ::getpwuid(::geteuid());
    if (found == nullptr) fail("there is no user to run PostgreSQL as");
    return new passwd(*found);
  }();
  return user;
}

void make_folder(const fs::path& path) {
  fs::create_directories(path);
  if (::geteuid() != 0) return;
  if (::chown(path.c_str(), server_user()->pw_uid, server_user()->pw_gid) != 0) fail("chown " + path.string());
}

fs::path home() {
  const char* chosen = std::getenv("KEEL_TEST_HOME");
  const fs::path path = chosen != nullptr ? fs::path(chosen)
                                          : fs::path("/var/tmp") / ("keel-test-" + std::string(server_user()->pw_name));
  make_folder(path);
  return path;
}

/// An open file that is locked while this process lives. -1: somebody else has it.
int lock_file(const fs::path& path, bool wait) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0 && ::flock(file, LOCK_EX | (wait ? 0 : LOCK_NB)) == 0) return file;
  if (file >= 0) ::close(file);
  return -1;
}

/// Runs a shell script as the server's user with `arguments` as $1, $2, …; ends of pipes become its 0 and 1.
pid_t launch(const char* script, std::vector<std::string> arguments, int input, int output) {
  std::vector<char*> words = {const_cast<char*>("sh"), const_cast<char*>("-c"), const_cast<char*>(script),
                              const_cast<char*>("keel-test")};
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  const passwd* user = server_user();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setsid();
  if (::geteuid() == 0 &&
      (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  if (input >= 0) ::dup2(input, 0);
  if (output >= 0) ::dup2(output, 1);
  ::execv("/bin/sh", words.data());
  ::_exit(127);
}

fs::path ensure_template(const fs::path& programs) {
  const fs::path made = home() / ("template-" + programs.parent_path().filename().string());
  const int lock = lock_file(home() / "template.lock", true);
  if (!fs::exists(made)) {
    int status = 0;
    ::waitpid(launch(initdb_script, {made.string(), programs.string()}, -1, -1), &status, 0);
    if (status != 0) fail("initdb failed");
  }
  ::close(lock);
  return made;
}

/// What a keeper that was killed left behind: nobody holds its lock.
void remove_stale_clusters() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(home(), ignored)) {
    if (!entry.path().filename().string().starts_with("cluster-")) continue;
    const int lock = lock_file(entry.path() / "lock", false);
    if (lock < 0) continue;
    std::ifstream pid_file(entry.path() / "data" / "postmaster.pid");
    pid_t server = 0;
    if (pid_file >> server && fs::exists(fs::path("/proc") / std::to_string(server) / "exe", ignored) &&
        fs::equivalent(fs::path("/proc") / std::to_string(server) / "cwd", entry.path() / "data", ignored)) {
      ::kill(server, SIGQUIT);
    }
    fs::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

void write_settings(const fs::path& folder, const Cluster::Options& options) {
  std::ofstream out(folder / "settings");
  out << "listen_addresses = ''\nunix_socket_directories = '" << folder.string() << "'\nshared_buffers = 64MB\n"
      << "max_connections = 100\nmax_wal_size = 1GB\nwal_compression = lz4\n";
  if (!options.fsync) out << "fsync = off\nfull_page_writes = off\n";
  for (const std::string& line : options.settings) out << line << '\n';
}

std::unique_ptr<postgres::Session> open_session(const Database& database) {
  journal::PostgresOptions options = database.options();
  options.application_name = "test's own";
  auto session = journal::open_session(options);
  if (!session) fail(session.fault().what);
  return *std::move(session);
}

bool takes_writes(postgres::Session& session) {
  const auto answer = session.script("SELECT pg_is_in_recovery()");
  return answer.ok() && answer.text(0, 0) == "f";
}

std::string quoted(const std::string& text) { return "'" + text + "'"; }

}  // namespace

journal::PostgresOptions Database::options() const {
  journal::PostgresOptions options;
  options.dsn = dsn;
  options.allow_fsync_off = true;
  return options;
}

void Database::run(const std::string& sql) const { (void)rows(sql); }

std::vector<std::vector<std::string>> Database::rows(const std::string& sql) const {
  const auto session = open_session(*this);
  const auto result = session->script(sql);
  if (!result.ok()) {
    throw std::runtime_error(result.failure().message + " (" + result.failure().state + ") in: " + sql);
  }
  std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(result.size()));
  for (int row = 0; row < result.size(); ++row) {
    for (int column = 0; column < result.columns(); ++column) {
      rows[static_cast<std::size_t>(row)].push_back(result.text(row, column));
    }
  }
  return rows;
}

std::string Database::value(const std::string& sql) const {
  const auto found = rows(sql);
  return found.empty() || found.front().empty() ? "" : found.front().front();
}

void Database::terminate(const std::string& application_name_like) const {
  const std::string victims =
      "FROM pg_stat_activity WHERE datname = " + quoted(name) +
      " AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name LIKE " +
      quoted(application_name_like);
  run("SELECT pg_terminate_backend(pid) " + victims);
  while (value("SELECT count(*) " + victims) != "0") std::this_thread::yield();
}

Cluster& Cluster::shared() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster(const Options& options) {
  static std::atomic<int> made = 0;
  remove_stale_clusters();
  const fs::path programs = postgres_programs();
  const fs::path copied = ensure_template(programs);
  const std::string name = std::to_string(::getpid()) + "-" + std::to_string(++made);
  folder_ = home() / ("cluster-" + name);
  // Locked before others can take it for one that was left behind.
  const fs::path draft = home() / ("new-" + name);
  make_folder(draft);
  lock_ = lock_file(draft / "lock", true);
  fs::rename(draft, folder_);
  write_settings(folder_, options);

  int orders[2];
  int replies[2];
  if (::pipe2(orders, O_CLOEXEC) != 0 || ::pipe2(replies, O_CLOEXEC) != 0) fail("pipe");
  keeper_ = launch(keeper_script, {folder_.string(), programs.string(), copied.string()}, orders[0], replies[1]);
  ::close(orders[0]);
  ::close(replies[1]);
  orders_ = orders[1];
  replies_ = replies[0];
  tell("copy");
  start();
}

Cluster::~Cluster() {
  ::close(orders_);
  ::waitpid(keeper_, nullptr, 0);
  ::close(replies_);
  ::close(lock_);
}

void Cluster::tell(const std::string& verb) {
  const std::string line = verb + "\n";
  if (::write(orders_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail("the keeper is gone");
  char byte = 0;
  std::string reply;
  while (::read(replies_, &byte, 1) == 1 && byte != '\n') reply.push_back(byte);
  if (reply != "0") fail("the keeper could not " + verb + ": '" + reply + "'");
}

void Cluster::start() {
  tell("start");
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  journal::PostgresOptions options;
  options.dsn = dsn_of("postgres");
  options.allow_fsync_off = true;
  while (std::chrono::steady_clock::now() < give_up_at) {
    const auto session = journal::open_session(options);
    if (session && takes_writes(**session)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  fail("the server does not start: " + (folder_ / "log").string());
}

std::string Cluster::dsn_of(const std::string& database) const {
  return "host=" + folder_.string() + " user=postgres dbname=" + database;
}

Database Cluster::create_database(const std::string& template_name) {
  const std::string name = "t" + std::to_string(++databases_made_);
  const Database control{"postgres", dsn_of("postgres")};
  control.run("CREATE DATABASE " + name + " TEMPLATE " + template_name);
  return {name, dsn_of(name)};
}

Database Cluster::empty_database() { return create_database("template0"); }

Database Cluster::journal_database(const journal::JournalPlan& plan) {
  if (!has_template_) {
    const Database control{"postgres", dsn_of("postgres")};
    control.run("CREATE DATABASE journal_template TEMPLATE template0");
    const auto migrated = journal::migrate(dsn_of("journal_template"), journal::journal_migrations());
    if (!migrated) fail(migrated.fault().what);
    has_template_ = true;
  }
  Database database = create_database("journal_template");
  if (const auto planned = journal::migrate_journal(database.dsn, plan); !planned) fail(planned.fault().what);
  return database;
}

}  // namespace keel::test
