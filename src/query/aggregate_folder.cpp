#include "query/aggregate_folder.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

namespace keel::query {
namespace {

using journal::RecordedEvent;

/// The same bytes for the same state, whatever order a map was filled in: generations are compared by them.
std::string bytes_of_state(const domain::Message& state) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  state.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

class AggregateFolder final : public Folder {
 public:
  explicit AggregateFolder(const AggregateView& view) : view_(view) {}

  void want(const RecordedEvent& event, WorkingSet& rows) override {
    if (!ours(event) || states_.contains(event.aggregate.id)) return;
    rows.want(view_.table, {event.aggregate.id});
  }

  void fold(const RecordedEvent& event, WorkingSet& rows) override {
    if (!ours(event)) return;
    auto& known = known_state(event.aggregate.id, rows);
    auto& remembered = known.second;
    if (event.version != remembered.version.next()) {
      throw std::runtime_error("version " + std::to_string(event.version.value) + " does not follow the row's " +
                               std::to_string(remembered.version.value));
    }
    if (!view_.kind->apply(*remembered.state, event.type, event.payload)) {
      throw std::runtime_error("unknown event type or bytes that do not decode: " + event.type);
    }
    remembered.version = event.version;
    remembered.position = event.position;
    remembered.changed_at = event.recorded_at;
    if (!std::exchange(remembered.changed, true)) changed_.push_back(&known);
  }

  std::size_t bytes() const override {
    std::size_t size = 0;
    for (const auto& [id, remembered] : states_) {
      size += sizeof(remembered) + id.capacity() + remembered.state->SpaceUsedLong();
    }
    return size;
  }

  void finish(WorkingSet& rows) override {
    for (const auto* known : changed_) rows.put(view_.table, row_of(known->first, known->second));
    if (states_.size() > view_.remembered) {
      std::erase_if(states_, [](const auto& known) { return !known.second.changed; });
    }
    for (auto* known : changed_) known->second.changed = false;
    changed_.clear();
  }

 private:
  struct Remembered {
    std::unique_ptr<domain::Message> state;
    Version version;
    Position position;
    Timestamp changed_at;
    bool changed = false;
  };
  using States = std::unordered_map<std::string, Remembered>;

  bool ours(const RecordedEvent& event) const { return event.aggregate.type == view_.kind->type; }

  States::value_type& known_state(const std::string& id, const WorkingSet& rows) {
    const auto [found, fresh] = states_.try_emplace(id);
    auto& remembered = found->second;
    if (!fresh) return *found;
    remembered.state.reset(view_.kind->empty_state->New());
    const Row* row = rows.find(view_.table, {id});
    if (row == nullptr) return *found;
    if (!remembered.state->ParseFromString(bytes_of(row->values[state_column]))) {
      throw std::runtime_error("the row's state does not decode");
    }
    remembered.version = Version{integer_of(row->values[version_column])};
    return *found;
  }

  Row row_of(const std::string& id, const Remembered& remembered) const {
    Row row;
    row.position = remembered.position;
    row.values = {id, remembered.version.value, remembered.changed_at, Bytes{bytes_of_state(*remembered.state)}};
    view_.columns(*remembered.state, row.values);
    return row;
  }

  AggregateView view_;
  States states_;
  /// Those that this batch changed.
  std::vector<States::value_type*> changed_;
};

}  // namespace

Table aggregate_table(std::string name, std::string_view id_name, std::vector<Column> own) {
  std::vector<Column> columns{{id_name, ColumnType::text},
                              {"version", ColumnType::integer},
                              {"changed_at", ColumnType::timestamp},
                              {"state", ColumnType::bytes}};
  columns.insert(columns.end(), own.begin(), own.end());
  return Table{std::move(name), std::move(columns), 1};
}

std::unique_ptr<Folder> make_aggregate_folder(const AggregateView& view) {
  return std::make_unique<AggregateFolder>(view);
}

}  // namespace keel::query
