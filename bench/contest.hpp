#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/finding.hpp"
#include "bench/load.hpp"
#include "bench/setup.hpp"

namespace keel::bench {

/// One thing to measure: what is under test, or what it is held against.
struct Contender {
  std::string name;
  Part part = Part::subject;
  std::function<Outcome()> run;
};

/// A contender after all its repetitions.
struct Measured {
  Row row;
  /// Latency by percentile over all repetitions; see `latency_chart`.
  Curve latency;
};

/// Runs the contenders in turn, `repetitions` times over, there and back: the machine's mood, and a journal that grows,
/// meet all of them alike; before each run the file system is told to write out what the one before left. Says on
/// standard error what each run came to. In the order of the contenders.
std::vector<Measured> contest(const std::vector<Contender>& contenders, int repetitions);
Measured measured_of(const Contender& contender, const std::vector<Outcome>& outcomes);

/// A load of calls, closed loop at rate 0. Its CPU is told apart by the setup's processes and "client".
Contender calls(const Setup& setup, std::string name, const std::string& address, double rate, MakeWorkload workload);
/// The bare echo, in a process of its own, made for each run.
Contender bare_echo(const Setup& setup);
/// Client-sent rows into the raw journal.
Contender raw_appends(const Setup& setup, std::size_t batch);

/// A finding with the rows of these and their latencies as its chart.
Finding finding_of(std::string scenario, const std::vector<Measured>& measured);
/// Adds a row and its latencies to a finding.
void add(Finding& finding, const Measured& measured);

/// "0190…-": fresh for every run of the bench, so that runs never meet on an aggregate.
std::string run_prefix();

}  // namespace keel::bench
