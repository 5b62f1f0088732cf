#include "app/replay/terminal.hpp"

#include <unistd.h>

#include <iostream>

namespace keel::app {

Terminal Terminal::of_this_process() {
  return {std::cin, std::cerr, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1};
}

void Terminal::say(const std::string& line) const {
  if (drawn_) err_ << '\n';
  drawn_ = false;
  err_ << line << std::endl;
}

void Terminal::draw(const std::string& line) {
  err_ << '\r' << line << "\x1b[K" << std::flush;
  drawn_ = true;
}

std::string Terminal::ask(const std::string& question) const {
  if (drawn_) err_ << '\n';
  drawn_ = false;
  err_ << question << ' ' << std::flush;
  std::string line;
  std::getline(in_, line);
  return line;
}

}  // namespace keel::app
