#pragma once

#include <span>
#include <string_view>

namespace keel::dashboard {

/// One file of the front end, as it is compiled into this binary.
struct WebFile {
  /// Below the base path, without a leading slash: `index.html`, `assets/main-4f1c2a.js`.
  std::string_view path;
  /// As the header says it: `text/javascript; charset=utf-8`.
  std::string_view content_type;
  /// Lives as long as the process.
  std::string_view bytes;
  /// Its name carries a hash of its content, so that it may be kept for ever.
  bool immutable = false;
  /// The same compressed (RFC 1952); empty when that is not worth it.
  std::string_view gzip{};
  /// Of `bytes`: another one, another content. Empty: it is sent anew each time.
  std::string_view hash{};
};

/// Every file of the front end, sorted by path; `index.html` is among them. Generated at build time by embed_web.cmake.
std::span<const WebFile> web_files();

}  // namespace keel::dashboard
