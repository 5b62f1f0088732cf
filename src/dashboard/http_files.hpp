#pragma once

#include <httplib.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/web_files.hpp"

namespace keel::dashboard {

// The front end's files over HTTP (RFC 9110). What carries a hash in its name is kept by browsers for ever; the rest is
// asked for again each time, and answered 304 while it is the same. Nothing is compressed here: a client that takes
// gzip gets what was compressed at build time.

/// The file of this path; 404/FILE_NOT_FOUND when there is none.
void write_file(std::span<const WebFile> files, const std::vector<std::string>& path, const httplib::Request& http,
                httplib::Response& response);

/// What `Accept-Encoding` says of gzip: named, or by `*`, and not with `q=0`.
bool takes_gzip(std::string_view accept_encoding);

/// Whether `If-None-Match` names this entity tag, weak or strong, or any.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace keel::dashboard
