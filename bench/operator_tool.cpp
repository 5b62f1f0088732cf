#include "bench/operator_tool.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace keel::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view journal_setting = "KEEL_JOURNAL__DSN=";
constexpr std::string_view read_setting = "KEEL_READ__DSN=";

std::vector<std::string> inherited() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view setting(*entry);
    if (!setting.starts_with(journal_setting) && !setting.starts_with(read_setting)) all.emplace_back(setting);
  }
  return all;
}

/// As `execve` takes them; valid as long as the texts.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string named(const std::vector<std::string>& words) {
  std::string name = "keel replay";
  for (const auto& word : words) name += " " + word;
  return name;
}

std::string all_of(int descriptor) {
  std::string all;
  std::array<char, 4096> part{};
  ssize_t got = 0;
  while ((got = read(descriptor, part.data(), part.size())) > 0) all.append(part.data(), static_cast<std::size_t>(got));
  close(descriptor);
  return all;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

OperatorTool::OperatorTool(std::string journal_dsn, std::string read_dsn) : environment_(inherited()) {
  environment_.push_back(std::string(journal_setting) + std::move(journal_dsn));
  environment_.push_back(std::string(read_setting) + std::move(read_dsn));
}

OperatorTool::Ran OperatorTool::run(const std::vector<std::string>& words) const {
  std::vector<std::string> arguments{"keel", "replay"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  arguments.insert(arguments.end(), {"--output", "json"});
  auto environment = environment_;
  const auto argv = pointers_to(arguments);
  const auto envp = pointers_to(environment);
  std::array<int, 2> out{};
  if (pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for " + named(words));
  const auto began = steady_clock::now();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot start " + named(words));
  if (pid == 0) {  // only what is safe in a fork of a program with threads
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(out[1], STDOUT_FILENO);
    execve("/proc/self/exe", argv.data(), envp.data());
    _exit(127);
  }
  close(out[1]);
  Ran ran;
  ran.output = all_of(out[0]);
  int status = 0;
  rusage usage{};
  if (wait4(pid, &status, 0, &usage) != pid) throw std::runtime_error("lost sight of " + named(words));
  ran.seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  return ran;
}

OperatorTool::Ran OperatorTool::must(const std::vector<std::string>& words) const {
  auto ran = run(words);
  if (ran.exit_code == 0) return ran;
  throw std::runtime_error(named(words) + " ended with " + std::to_string(ran.exit_code));
}

}  // namespace keel::bench
