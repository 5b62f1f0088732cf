#include "dashboard/series.hpp"

namespace keel::dashboard {

void Series::add(const std::string& name, Timestamp at, double value) {
  const std::lock_guard lock(mutex_);
  forget(at - kept_);
  if (series_.size() >= max_series_ && !series_.contains(name)) return;
  series_[name].emplace_back(at, value);
}

void Series::forget(Timestamp before) {
  for (auto one = series_.begin(); one != series_.end();) {
    auto& points = one->second;
    while (!points.empty() && points.front().first < before) points.pop_front();
    one = points.empty() ? series_.erase(one) : std::next(one);
  }
}

Json Series::document(const std::set<std::string>& names) const {
  Json list = Json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, points] : series_) {
    if (!names.empty() && !names.contains(name)) continue;
    Json shown = Json::array();
    for (const auto& [at, value] : points) {
      const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch();
      shown.push_back({since_epoch.count(), value});
    }
    list.push_back({{"name", text(name)}, {"points", std::move(shown)}});
  }
  return list;
}

}  // namespace keel::dashboard
