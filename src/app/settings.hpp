#pragma once

#include <span>
#include <string_view>

namespace keel::app {

/// What a setting's value must look like.
enum class SettingKind { text, secret, whole_number, yes_or_no, duration, address, list };

/// One key of the configuration. The table of all of them is the only place where a key, its default and its meaning
/// stand.
struct Setting {
  /// `section.name`, or a bare name at the top.
  std::string_view key;
  SettingKind kind;
  std::string_view fallback;
  std::string_view help;
};

/// Every setting, section by section.
std::span<const Setting> all_settings();

/// Null when there is no such key.
const Setting* find_setting(std::string_view key);

/// The known key that is nearest to a mistyped one (edit distance), or empty when none is near.
std::string_view nearest_setting(std::string_view mistyped);

}  // namespace keel::app
