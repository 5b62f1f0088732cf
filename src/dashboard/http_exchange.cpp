#include "dashboard/http_exchange.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace keel::dashboard {
namespace {

constexpr const char* json_type = "application/json";
/// Just so: httplib would compress, and so hold back, any other text.
constexpr const char* stream_type = "text/event-stream";
constexpr std::string_view cookie_name = "keel_session=";

std::string session_cookie_of(const std::string& header) {
  std::string_view rest = header;
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto pair = rest.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(cookie_name)) return std::string(pair.substr(cookie_name.size()));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return {};
}

void write_stream(const std::shared_ptr<Stream>& stream, httplib::Response& response) {
  response.set_header("X-Accel-Buffering", "no");
  response.set_chunked_content_provider(stream_type, [stream](std::size_t, httplib::DataSink& sink) {
    std::string piece;
    if (!stream->next(piece)) {
      sink.done();
      return true;
    }
    return piece.empty() ? sink.is_writable() : sink.write(piece.data(), piece.size());
  });
}

}  // namespace

httplib::Headers security_headers() {
  return {{"Content-Security-Policy",
           "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"}};
}

bool from_another_site(const httplib::Request& http) {
  const auto site = http.get_header_value("Sec-Fetch-Site");
  return !site.empty() && site != "same-origin" && site != "none";
}

Request request_of(const httplib::Request& http, Target target, const std::string& base_path) {
  Request request;
  request.method = http.method;
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  request.csrf = http.get_header_value("X-Keel-CSRF");
  request.cookie = session_cookie_of(http.get_header_value("Cookie"));
  request.last_event_id = http.get_header_value("Last-Event-ID");
  request.content_type = http.get_header_value("Content-Type");
  request.body = http.body;
  request.address = http.remote_addr;
  request.base = base_path + "/";
  request.secure = http.get_header_value("X-Forwarded-Proto") == "https";
  return request;
}

void write_bytes(std::string_view bytes, const std::string& type, std::shared_ptr<const std::string> owner,
                 httplib::Response& response) {
  if (bytes.empty()) return response.set_content("", type);
  response.set_content_provider(bytes.size(), type,
                                [bytes, owner = std::move(owner)](std::size_t at, std::size_t length, auto& sink) {
                                  return sink.write(bytes.data() + at, length);
                                });
}

void write(const Reply& reply, httplib::Response& response) {
  response.status = reply.status;
  response.set_header("Cache-Control", "no-store");
  for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  if (reply.stream) return write_stream(reply.stream, response);
  auto body = std::make_shared<const std::string>(dump(reply.document) + "\n");
  const std::string_view bytes = *body;
  write_bytes(bytes, json_type, std::move(body), response);
}

}  // namespace keel::dashboard
