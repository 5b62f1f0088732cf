#include "postgres/parameters.hpp"

namespace keel::postgres {

void Parameters::clear() {
  buffer_.clear();
  begins_.clear();
  lengths_.clear();
}

Parameters& Parameters::end() {
  lengths_.push_back(static_cast<int>(buffer_.size() - begins_.back()));
  return *this;
}

/// As in `array_recv`: dimensions, has-null flag, element type, then length and lower bound of the one dimension.
void Parameters::put_array_head(std::uint32_t element, std::size_t count) {
  put(buffer_, std::int32_t{count == 0 ? 0 : 1});
  put(buffer_, std::int32_t{1});  // may hold NULLs
  put(buffer_, element);
  if (count == 0) return;
  put(buffer_, static_cast<std::int32_t>(count));
  put(buffer_, std::int32_t{1});
}

Parameters& Parameters::null() {
  begin();
  lengths_.push_back(-1);
  return *this;
}

Parameters& Parameters::text(std::string_view value) {
  begin();
  buffer_.append(value);
  return end();
}

Parameters& Parameters::bigint(std::int64_t value) {
  begin();
  put(buffer_, value);
  return end();
}

Parameters& Parameters::integer(std::int32_t value) {
  begin();
  put(buffer_, value);
  return end();
}

Parameters& Parameters::boolean(bool value) {
  begin();
  buffer_.push_back(value ? '\1' : '\0');
  return end();
}

Parameters& Parameters::uuid(const Uuid& value) { return text(bytes_of(value)); }

Parameters& Parameters::timestamp(Timestamp value) { return bigint(to_postgres(value)); }

void Parameters::point_from(std::vector<const char*>& pointers) const {
  pointers.clear();
  for (std::size_t i = 0; i < begins_.size(); ++i) {
    pointers.push_back(lengths_[i] < 0 ? nullptr : buffer_.data() + begins_[i]);
  }
}

}  // namespace keel::postgres
