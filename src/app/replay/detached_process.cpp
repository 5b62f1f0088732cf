#include "app/replay/detached_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <system_error>
#include <utility>

extern char** environ;

namespace keel::app {
namespace {

Fault fault(const std::string& what, int error) {
  return {Fault::Outcome::nothing_changed, what + ": " + std::generic_category().message(error)};
}

/// What a child process is to have as its standard streams, and that it leads a session.
class Surroundings {
 public:
  explicit Surroundings(int log) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, log, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, log, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID);
  }
  ~Surroundings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  /// The child's id, or why there is none.
  std::pair<pid_t, int> spawn(const std::vector<std::string>& arguments) const {
    std::string name = "keel";
    std::vector<std::string> words = arguments;
    std::vector<char*> all{name.data()};
    for (auto& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    pid_t child = -1;
    const int error = posix_spawn(&child, "/proc/self/exe", &files_, &attributes_, all.data(), environ);
    return {child, error};
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<DetachedProcess> DetachedProcess::start(const std::vector<std::string>& arguments) {
  constexpr std::string_view suffix = ".log";
  std::error_code nowhere;
  const auto directory = std::filesystem::temp_directory_path(nowhere);
  if (nowhere) return fault("no directory for the file of its output", nowhere.value());
  std::string path = (directory / "keel-replay-XXXXXX").string().append(suffix);
  const int log = mkostemps(path.data(), static_cast<int>(suffix.size()), O_APPEND | O_CLOEXEC);
  if (log < 0) return fault("no file for its output in " + directory.string(), errno);
  const auto [child, error] = Surroundings(log).spawn(arguments);
  close(log);
  if (error != 0) return fault("no process could be started", error);
  return DetachedProcess(child, path);
}

std::optional<int> DetachedProcess::ended() {
  int status = 0;
  if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_) ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  return ended_;
}

}  // namespace keel::app
