#pragma once

#include <iosfwd>
#include <string>

namespace keel::app {

/// Where people sit: what is told beside the results, and what they type.
class Terminal {
 public:
  /// `in_is_person`, `err_is_person`: whether these are a terminal.
  Terminal(std::istream& in, std::ostream& err, bool in_is_person, bool err_is_person)
      : in_(in), err_(err), in_is_person_(in_is_person), err_is_person_(err_is_person) {}
  /// Standard input and standard error of this process.
  static Terminal of_this_process();

  /// Whether somebody can be asked.
  bool can_ask() const { return in_is_person_; }
  /// Whether a bar may be drawn over and over.
  bool can_draw() const { return err_is_person_; }

  /// One line; a newline is added.
  void say(const std::string& line) const;
  /// Replaces the line that was drawn last; `say` keeps it. Only where `can_draw`.
  void draw(const std::string& line);
  /// Asks, and reads one line. Empty at the end of input.
  std::string ask(const std::string& question) const;

 private:
  std::istream& in_;
  std::ostream& err_;
  bool in_is_person_;
  bool err_is_person_;
  mutable bool drawn_ = false;
};

}  // namespace keel::app
