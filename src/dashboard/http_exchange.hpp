#pragma once

#include <httplib.h>

#include <memory>
#include <string>
#include <string_view>

#include "dashboard/exchange.hpp"
#include "dashboard/url.hpp"

namespace keel::dashboard {

// Between httplib's requests and responses and ours.

/// Headers of every answer.
httplib::Headers security_headers();

/// A request of the API, below `/api/v1`.
Request request_of(const httplib::Request& http, Target target, const std::string& base_path);

/// Whether the browser says that the request comes from another site's page.
bool from_another_site(const httplib::Request& http);

void write(const Reply& reply, httplib::Response& response);
/// `owner` keeps the bytes until they are sent; null for those that live as long as the process. With a length that is
/// known, httplib compresses nothing: it would do so anew for every answer, at a price.
void write_bytes(std::string_view bytes, const std::string& type, std::shared_ptr<const std::string> owner,
                 httplib::Response& response);

}  // namespace keel::dashboard
