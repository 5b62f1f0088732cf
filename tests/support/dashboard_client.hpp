#pragma once

#include <httplib.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace keel::test {

/// A browser without a screen: keeps its cookie, sends the session's CSRF token with what changes something.
class DashboardClient {
 public:
  struct Answer {
    int status = 0;
    nlohmann::json body;
    httplib::Headers headers;

    std::string reason() const { return body.contains("error") ? body["error"]["reason"].get<std::string>() : ""; }
  };

  explicit DashboardClient(int port) : port_(port) {}

  Answer get(const std::string& path) const { return answer_of(client().Get("/api/v1" + path, headers_)); }
  Answer post(const std::string& path, const nlohmann::json& body) {
    headers_.erase("X-Keel-CSRF");
    headers_.emplace("X-Keel-CSRF", get("/session").body["csrf"].get<std::string>());
    return post_as_is(path, body.dump());
  }
  /// With the headers that were set.
  Answer post_as_is(const std::string& path, const std::string& body,
                    const std::string& type = "application/json") const {
    return answer_of(client().Post("/api/v1" + path, headers_, body, type));
  }
  Answer log_in(const std::string& token) {
    auto answer = post("/session", {{"token", token}});
    const auto cookie = answer.headers.find("Set-Cookie");
    if (cookie == answer.headers.end()) return answer;
    headers_.erase("Cookie");
    headers_.emplace("Cookie", cookie->second.substr(0, cookie->second.find(';')));
    return answer;
  }
  void set_header(const std::string& name, const std::string& value) {
    headers_.erase(name);
    headers_.emplace(name, value);
  }
  /// What a server-sent stream says until it has said enough.
  std::string follow(const std::string& path, const std::function<bool(const std::string&)>& enough) const {
    std::string heard;
    client().Get("/api/v1" + path, headers_, [&](const char* data, std::size_t length) {
      heard.append(data, length);
      return !enough(heard);
    });
    return heard;
  }
  httplib::Client client() const {
    httplib::Client made("127.0.0.1", port_);
    made.set_read_timeout(std::chrono::seconds(20));
    return made;
  }

 private:
  static Answer answer_of(const httplib::Result& result) {
    if (!result) return {};
    return {result->status, nlohmann::json::parse(result->body, nullptr, false), result->headers};
  }

  const int port_;
  httplib::Headers headers_;
};

/// Asks until it is so; for what another thread has to see first.
inline bool eventually(const std::function<bool()>& so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!so()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace keel::test
