#pragma once

#include <httplib.h>

#include <optional>
#include <span>
#include <string>

#include "dashboard/exchange.hpp"
#include "dashboard/url.hpp"
#include "dashboard/web_files.hpp"

namespace keel::dashboard {

// Between httplib's requests and responses and ours.

/// Headers of every answer.
httplib::Headers security_headers();

/// A request of the API, below `/api/v1`.
Request request_of(const httplib::Request& http, Target target, const std::string& base_path);

/// Whether the browser says that the request comes from another site's page.
bool from_another_site(const httplib::Request& http);

void write(const Reply& reply, httplib::Response& response);
/// The front end's file of this path; 404 when there is none.
void write_file(std::span<const WebFile> files, const std::vector<std::string>& path, httplib::Response& response);

}  // namespace keel::dashboard
