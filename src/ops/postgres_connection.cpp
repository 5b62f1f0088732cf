#include "ops/postgres_connection.hpp"

#include <libpq-fe.h>

#include <map>
#include <pqxx/pqxx>
#include <stdexcept>

namespace keel::ops {
namespace {

using Words = std::map<std::string, std::string>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

Words words_of(const std::string& dsn) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(dsn.c_str(), &complaint));
  if (parsed == nullptr) {
    const std::string why = complaint == nullptr ? "out of memory" : complaint;
    PQfreemem(complaint);
    throw std::invalid_argument("the connection string is none: " + why);
  }
  Words words;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) words.emplace(option->keyword, option->val);
  }
  return words;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') out.push_back('\\');
    out.push_back(letter);
  }
  return out + "'";
}

std::string connection_string(const ConnectionOptions& options) {
  Words words = words_of(options.dsn);
  words.insert({{"keepalives_idle", "5"}, {"keepalives_interval", "2"}, {"keepalives_count", "3"}});
  words.emplace("tcp_user_timeout", std::to_string(options.statement_timeout.count()));
  words["application_name"] = options.application_name;
  words["client_encoding"] = "UTF8";
  words["connect_timeout"] = std::to_string(options.connect_timeout.count());
  std::string text;
  for (const auto& [word, value] : words) text += word + "=" + quoted(value) + " ";
  return text;
}

std::string settings_of(const ConnectionOptions& options) {
  return "SET statement_timeout = " + std::to_string(options.statement_timeout.count()) +
         "; SET lock_timeout = " + std::to_string(options.statement_timeout.count()) +
         "; SET synchronous_commit = off; SET jit = off; SET default_transaction_read_only = " +
         (options.read_only ? "on" : "off");
}

std::string on_one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& letter : text) {
    if (letter == '\n') letter = ' ';
  }
  return text;
}

Fault::Cause cause_of(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) return Fault::Cause::unreachable;
  const auto* const refused = dynamic_cast<const pqxx::sql_error*>(&error);
  if (refused == nullptr) return Fault::Cause::other;
  return refused->sqlstate() == "42501" ? Fault::Cause::denied : Fault::Cause::other;
}

}  // namespace

std::unique_ptr<pqxx::connection> connect(const ConnectionOptions& options) {
  auto connection = std::make_unique<pqxx::connection>(connection_string(options));
  pqxx::nontransaction(*connection).exec0(settings_of(options));
  return connection;
}

Fault fault_of(const std::exception& error, std::string_view doing) {
  const auto outcome = dynamic_cast<const pqxx::broken_connection*>(&error) == nullptr ? Fault::Outcome::nothing_changed
                                                                                       : Fault::Outcome::unknown;
  return {outcome, "cannot " + std::string(doing) + ": " + on_one_line(error.what()), cause_of(error)};
}

}  // namespace keel::ops
