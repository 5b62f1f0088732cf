#include "kafka/event_message.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

namespace keel::kafka {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::string_view content_type = "application/protobuf";
constexpr std::string_view spec_version = "1.0";
constexpr std::string_view source_prefix = "/keel/";

// Places of the headers that change from event to event, in the order in which the encoder lays them out.
enum Slot : std::size_t {
  id,
  type,
  subject,
  time,
  position,
  version,
  specversion,
  source,
  content,
  incarnation,
  trace
};

template <class Number>
void write(std::string& text, Number value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text.append(digits, end);
}

template <class Number>
std::optional<Number> read(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void write_time(std::string& text, Timestamp at) {
  const auto whole = std::chrono::floor<seconds>(at);
  const auto micros = static_cast<long>((at - whole).count());
  const std::time_t since_epoch = whole.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&since_epoch, &parts);
  char buffer[96];
  const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", parts.tm_year + 1900,
                                   parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, micros);
  text.append(buffer, static_cast<std::size_t>(length));
}

std::optional<Timestamp> read_time(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t width) { return *read<int>(text.substr(at, width)); };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(day)) + std::chrono::hours(number(11, 2)) +
         std::chrono::minutes(number(14, 2)) + seconds(number(17, 2)) + microseconds(number(20, 6));
}

/// The headers of one message, by name, and what was wrong with the first bad one.
class Reader {
 public:
  explicit Reader(const Message& message) : message_(message) {}

  std::string_view text(std::string_view name) {
    for (const auto& header : message_.headers) {
      if (header.name == name) return header.value;
    }
    complain("has no header " + std::string(name));
    return {};
  }

  std::string_view optional_text(std::string_view name) const {
    for (const auto& header : message_.headers) {
      if (header.name == name) return header.value;
    }
    return {};
  }

  std::int64_t place(std::string_view name) {
    const auto value = read<std::int64_t>(text(name));
    if (!value || *value < 1) complain("has a bad " + std::string(name));
    return value.value_or(0);
  }

  void require(bool holds, std::string_view name) {
    if (!holds) complain("has a bad " + std::string(name));
  }

  std::optional<Fault> fault() const {
    if (complaint_.empty()) return std::nullopt;
    return Fault{.what = "message " + std::string(message_.topic) + "/" + std::to_string(message_.partition) + "@" +
                         std::to_string(message_.offset) + " " + complaint_};
  }

 private:
  void complain(std::string what) {
    if (complaint_.empty()) complaint_ = std::move(what);
  }

  const Message& message_;
  std::string complaint_;
};

void read_id(Reader& reader, const Message& message, EventMessage& event) {
  const std::string_view text = reader.text("ce_id");
  const auto first = text.find('/');
  const auto second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos || first == 0) return reader.require(false, "ce_id");
  event.context = text.substr(0, first);
  event.lane.value = read<std::int32_t>(text.substr(first + 1, second - first - 1)).value_or(-1);
  reader.require(
      event.lane.value == message.partition && read<std::int64_t>(text.substr(second + 1)) == event.position.value,
      "ce_id");
}

void read_subject(Reader& reader, const Message& message, EventMessage& event) {
  const std::string_view text = reader.text("ce_subject");
  const auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size()) return reader.require(false, "ce_subject");
  event.aggregate_type = text.substr(0, slash);
  event.aggregate_id = text.substr(slash + 1);
  reader.require(message.key == text, "key");
}

}  // namespace

std::string rfc3339(Timestamp at) {
  std::string text;
  write_time(text, at);
  return text;
}

EventEncoder::EventEncoder(std::string context, const Uuid& journal)
    : id_prefix_(std::move(context) + "/"),
      source_(std::string(source_prefix) + journal.text()),
      incarnation_(journal.text()) {
  headers_.resize(trace + 1);
  headers_[id].name = "ce_id";
  headers_[type].name = "ce_type";
  headers_[subject].name = "ce_subject";
  headers_[time].name = "ce_time";
  headers_[position].name = "keel-position";
  headers_[version].name = "keel-version";
  headers_[specversion] = {"ce_specversion", spec_version};
  headers_[source] = {"ce_source", source_};
  headers_[content] = {"content-type", content_type};
  headers_[incarnation] = {"keel-incarnation", incarnation_};
  headers_[trace].name = "traceparent";
}

Outgoing EventEncoder::encode(const EventMessage& event) {
  id_.assign(id_prefix_);
  write(id_, event.lane.value);
  id_.push_back('/');
  write(id_, event.position.value);
  subject_.assign(event.aggregate_type).append("/").append(event.aggregate_id);
  time_.clear();
  write_time(time_, event.recorded_at);
  position_.clear();
  write(position_, event.position.value);
  version_.clear();
  write(version_, event.version.value);

  headers_[id].value = id_;
  headers_[type].value = event.type;
  headers_[subject].value = subject_;
  headers_[time].value = time_;
  headers_[position].value = position_;
  headers_[version].value = version_;
  headers_[source].value = source_;
  headers_[incarnation].value = incarnation_;
  headers_[trace].value = event.traceparent;
  const std::size_t count = event.traceparent.empty() ? trace : trace + 1;
  return {subject_, event.payload, std::span(headers_).first(count)};
}

Result<EventMessage> decode_event(const Message& message) {
  Reader reader(message);
  EventMessage event;
  event.position.value = reader.place("keel-position");
  event.version.value = reader.place("keel-version");
  const auto journal = parse_uuid(reader.text("keel-incarnation"));
  reader.require(journal.has_value(), "keel-incarnation");
  const auto recorded_at = read_time(reader.text("ce_time"));
  reader.require(recorded_at.has_value(), "ce_time");
  event.type = reader.text("ce_type");
  reader.require(!event.type.empty(), "ce_type");
  reader.require(reader.text("ce_specversion") == spec_version, "ce_specversion");
  read_id(reader, message, event);
  read_subject(reader, message, event);
  if (auto fault = reader.fault()) return *std::move(fault);
  event.incarnation = *journal;
  event.recorded_at = *recorded_at;
  event.payload = message.value;
  event.traceparent = reader.optional_text("traceparent");
  return event;
}

}  // namespace keel::kafka
