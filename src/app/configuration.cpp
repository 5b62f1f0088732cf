#include "app/configuration.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace keel::app {
namespace {

constexpr std::string_view file_suffix = "_file";

/// Variables that begin like settings and are none: what the tools around the binary read.
bool reserved(std::string_view variable) {
  static const std::set<std::string_view> names = {"KEEL_BINARY",     "KEEL_CRASH_AT",   "KEEL_HOME",
                                                   "KEEL_KAFKA_HOME", "KEEL_SOURCE_DIR", "KEEL_TSAN_CAF"};
  return names.contains(variable) || variable.starts_with("KEEL_TEST_");
}

struct Draft {
  std::map<std::string, Configuration::Value, std::less<>> values;
  std::vector<std::string> problems;
};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto unit_at = text.find_first_not_of("0123456789");
  if (unit_at == std::string_view::npos) return std::nullopt;
  const auto count = parse_number(text.substr(0, unit_at));
  if (!count) return std::nullopt;
  const auto unit = text.substr(unit_at);
  if (unit == "ms") return std::chrono::milliseconds(*count);
  if (unit == "s") return std::chrono::seconds(*count);
  if (unit == "m") return std::chrono::minutes(*count);
  if (unit == "h") return std::chrono::hours(*count);
  if (unit == "d") return std::chrono::hours(24 * *count);
  return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto port = parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  return Address{std::string(text.substr(0, colon)), static_cast<std::uint16_t>(*port)};
}

std::optional<bool> parse_yes_or_no(std::string_view text) {
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  return std::nullopt;
}

/// Empty when the text fits the kind; else what it should be.
std::string_view misfit(SettingKind kind, std::string_view text) {
  switch (kind) {
    case SettingKind::text:
    case SettingKind::secret:
    case SettingKind::list:
      return {};
    case SettingKind::whole_number:
      return parse_number(text) ? "" : "a whole number, 0 or more";
    case SettingKind::yes_or_no:
      return parse_yes_or_no(text) ? "" : "true or false";
    case SettingKind::duration:
      return parse_duration(text) ? "" : "a duration such as 250ms, 10s, 5m, 2h, 7d";
    case SettingKind::address:
      return parse_address(text) ? "" : "host:port";
  }
  std::abort();
}

std::string read_secret(const std::string& path, Draft& draft, const std::string& origin) {
  std::ifstream file(path);
  if (!file) {
    draft.problems.push_back(origin + ": cannot read the file " + path);
    return {};
  }
  std::string content{std::istreambuf_iterator<char>(file), {}};
  while (!content.empty() && std::isspace(static_cast<unsigned char>(content.back()))) content.pop_back();
  return content;
}

/// Takes one key from one source; remembers a problem instead of a value that does not fit.
void take(Draft& draft, const std::string& key, std::string text, Configuration::Source source,
          const std::string& origin) {
  const Setting* setting = find_setting(key);
  if (setting == nullptr && key.ends_with(file_suffix)) {
    setting = find_setting(std::string_view(key).substr(0, key.size() - file_suffix.size()));
    if (setting != nullptr && setting->kind != SettingKind::secret) setting = nullptr;
    if (setting != nullptr) text = read_secret(text, draft, origin);
  }
  if (setting == nullptr) {
    const auto nearest = nearest_setting(key);
    draft.problems.push_back(origin + ": unknown key '" + key + "'" +
                             (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?"));
    return;
  }
  if (const auto expected = misfit(setting->kind, text); !expected.empty()) {
    draft.problems.push_back(origin + ": " + key + " must be " + std::string(expected) + ", not '" + text + "'");
    return;
  }
  draft.values.insert_or_assign(std::string(setting->key), Configuration::Value{std::move(text), source, origin});
}

std::string text_of(const toml::node& node) {
  if (const auto* string = node.as_string()) return string->get();
  if (const auto* array = node.as_array()) {
    std::string joined;
    for (const auto& item : *array) joined += (joined.empty() ? "" : ",") + text_of(item);
    return joined;
  }
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

void take_file(Draft& draft, const std::string& path) {
  toml::table document;
  try {
    document = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << path << ":" << error.source().begin.line << ": " << error.description();
    draft.problems.push_back(where.str());
    return;
  }
  for (const auto& [name, node] : document) {
    const std::string section(name.str());
    const auto* table = node.as_table();
    if (table == nullptr) {
      take(draft, section, text_of(node), Configuration::Source::file, path);
      continue;
    }
    for (const auto& [key, value] : *table) {
      take(draft, section + "." + std::string(key.str()), text_of(value), Configuration::Source::file, path);
    }
  }
}

std::string key_of_variable(std::string_view variable) {
  std::string key;
  for (std::size_t i = 0; i < variable.size(); ++i) {
    if (variable.substr(i).starts_with("__")) {
      key.push_back('.');
      ++i;
      continue;
    }
    key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(variable[i]))));
  }
  return key;
}

void take_environment(Draft& draft, const std::map<std::string, std::string>& environment) {
  constexpr std::string_view prefix = "KEEL_";
  for (const auto& [variable, text] : environment) {
    if (!variable.starts_with(prefix) || reserved(variable)) continue;
    take(draft, key_of_variable(std::string_view(variable).substr(prefix.size())), text,
         Configuration::Source::environment, variable);
  }
}

[[noreturn]] void misused(std::string_view key) {
  std::cerr << "bug: the code asks for a setting '" << key << "' that the table does not have in that kind\n";
  std::abort();
}

std::string_view name(Configuration::Source source) {
  switch (source) {
    case Configuration::Source::fallback:
      return "default";
    case Configuration::Source::file:
      return "file";
    case Configuration::Source::environment:
      return "environment";
    case Configuration::Source::flag:
      return "flag";
  }
  std::abort();
}

}  // namespace

Configuration Configuration::load(const std::string& file, const std::map<std::string, std::string>& environment,
                                  const std::vector<Flag>& flags) {
  Draft draft;
  for (const auto& setting : all_settings()) {
    draft.values.emplace(setting.key, Value{std::string(setting.fallback), Source::fallback, ""});
  }
  const std::string path = file.empty() ? "keel.toml" : file;
  if (std::filesystem::exists(path)) {
    take_file(draft, path);
  } else if (!file.empty()) {
    draft.problems.push_back("--config: there is no file " + file);
  }
  take_environment(draft, environment);
  for (const auto& flag : flags) take(draft, flag.key, flag.value, Source::flag, "--" + flag.key);
  if (!draft.problems.empty()) throw ConfigurationError{std::move(draft.problems)};
  Configuration configuration;
  configuration.values_ = std::move(draft.values);
  return configuration;
}

const Configuration::Value& Configuration::value(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) misused(key);
  return found->second;
}

std::string Configuration::text(std::string_view key) const { return value(key).text; }

std::int64_t Configuration::number(std::string_view key) const {
  const auto number = parse_number(value(key).text);
  if (!number) misused(key);
  return *number;
}

bool Configuration::yes(std::string_view key) const {
  const auto yes = parse_yes_or_no(value(key).text);
  if (!yes) misused(key);
  return *yes;
}

std::chrono::milliseconds Configuration::duration(std::string_view key) const {
  const auto duration = parse_duration(value(key).text);
  if (!duration) misused(key);
  return *duration;
}

Address Configuration::address(std::string_view key) const {
  auto address = parse_address(value(key).text);
  if (!address) misused(key);
  return *std::move(address);
}

std::vector<std::string> Configuration::list(std::string_view key) const {
  std::vector<std::string> items;
  std::istringstream text(value(key).text);
  for (std::string item; std::getline(text, item, ',');) {
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

bool Configuration::given(std::string_view key) const { return value(key).source != Source::fallback; }

std::vector<Configuration::Shown> Configuration::shown() const {
  std::vector<Shown> settings;
  for (const auto& setting : all_settings()) {
    const Value& effective = value(setting.key);
    const bool hidden = setting.kind == SettingKind::secret && effective.source != Source::fallback;
    settings.push_back(
        {setting.key, hidden ? "******" : effective.text, name(effective.source), effective.origin, setting.help});
  }
  return settings;
}

std::string Configuration::describe() const {
  std::ostringstream out;
  for (const auto& setting : shown()) {
    out << setting.key << " = " << setting.value << "    # " << setting.source;
    if (!setting.origin.empty()) out << " " << setting.origin;
    out << "; " << setting.help << '\n';
  }
  return out.str();
}

}  // namespace keel::app
