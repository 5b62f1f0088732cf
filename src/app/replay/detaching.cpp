#include "app/replay/detaching.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "app/process.hpp"
#include "app/replay/detached_process.hpp"
#include "app/replay/projection_words.hpp"

namespace keel::app {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds between_looks{20};

std::string worker_of(const DetachedProcess& process) { return host_name() + ":" + std::to_string(process.pid()); }

/// The operation that it works at, or has worked at.
Result<std::optional<std::int64_t>> operation_of(const DetachedProcess& process, replay::ReadStore& store,
                                                 const std::string& projection) {
  const auto latest = store.operations(projection, 1);
  if (!latest) return latest.fault();
  if (latest->empty() || latest->front().worker != worker_of(process)) return std::optional<std::int64_t>{};
  return std::optional(latest->front().id);
}

Exit tell_its_end(const CommandCall& call, const DetachedProcess& process, int code) {
  std::ifstream log(process.log());
  for (std::string line; std::getline(log, line);) call.terminal.say(line);
  return static_cast<Exit>(code);
}

Exit tell_its_begin(CommandCall& call, const DetachedProcess& process, const std::string& projection,
                    std::int64_t operation) {
  call.output.record({{"operation", operation},
                      {"projection", projection},
                      {"process", worker_of(process)},
                      {"log", process.log().string()}});
  const std::string number = std::to_string(operation);
  call.terminal.say("Watch it: keel replay status " + number + " --follow; end it: keel replay cancel " + number);
  return Exit::ok;
}

}  // namespace

std::vector<std::string> words_of_the_detached(const std::vector<std::string>& command_line) {
  auto words = command_line;
  std::erase_if(words, [](const std::string& word) { return word == "--detach" || word.starts_with("--detach="); });
  words.insert(words.begin() + 2, "--yes");  // behind `replay rebuild`
  return words;
}

Exit detach(CommandCall& call, const std::string& projection) {
  auto opened = open_read_store(call);
  if (const auto* code = std::get_if<Exit>(&opened)) return *code;
  auto& store = *std::get<0>(opened);
  auto process = DetachedProcess::start(words_of_the_detached(call.command_line()));
  if (!process) return call.fail(process.fault());
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    const auto ended = process->ended();  // asked before the operation: one that has both is told as begun
    const auto operation = operation_of(*process, store, projection);
    if (!operation) return call.fail(operation.fault());
    if (*operation) return tell_its_begin(call, *process, projection, **operation);
    if (ended) return tell_its_end(call, *process, *ended);
    std::this_thread::sleep_for(between_looks);
  }
  return call.fail(Exit::unavailable, "process " + worker_of(*process) +
                                          " has not begun within 30 s and was left alone; it writes to " +
                                          process->log().string());
}

}  // namespace keel::app
