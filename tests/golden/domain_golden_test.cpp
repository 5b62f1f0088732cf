#include <google/protobuf/text_format.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "support/testing_context/counter.hpp"

// Every form in which an event was ever stored decodes for ever. A file holds one event type: pairs of lines `hex:` and
// `text:`, the oldest first. Pairs are never changed or removed; an event that gets a field gets another pair. An old
// event's pairs are followed by lines `today:`, type and text of each event that its upcasters make of it.
namespace keel::domain {
namespace {

namespace fs = std::filesystem;

struct Form {
  std::string hex;
  std::string text;
  std::vector<std::string> today;
};

fs::path folder() {
  const char* source = std::getenv("KEEL_SOURCE_DIR");
  return fs::path(source == nullptr ? "." : source) / "tests" / "golden";
}

std::string rest_of(const std::string& line, std::string_view word) {
  return line.substr(std::min(word.size(), line.size()));
}

std::vector<Form> read_forms(const std::string& event) {
  std::vector<Form> forms;
  std::ifstream file(folder() / (event + ".txt"));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("hex:")) forms.push_back({rest_of(line, "hex: "), "", {}});
    if (forms.empty()) continue;
    if (line.starts_with("text:")) forms.back().text = rest_of(line, "text: ");
    if (line.starts_with("today:")) forms.back().today.push_back(rest_of(line, "today: "));
  }
  return forms;
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// The first field, here or in a message inside, that is not set; empty when all are.
std::string unset_field(const Message& message) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* field = message.GetDescriptor()->field(i);
    const bool set =
        field->is_repeated() ? reflection->FieldSize(message, field) > 0 : reflection->HasField(message, field);
    if (!set) return field->full_name();
    if (field->is_repeated() || field->message_type() == nullptr) continue;
    if (auto inside = unset_field(reflection->GetMessage(message, field)); !inside.empty()) return inside;
  }
  return "";
}

struct Stored {
  const AggregateKind* kind;
  const Message* prototype;

  bool old() const { return kind->old_event(prototype->GetDescriptor()) != nullptr; }
};

std::vector<Stored> all_events() {
  std::vector<Stored> events;
  for (const auto* kind : {&kind_of<cart::Cart>(), &kind_of<inventory::Stock>(), &kind_of<purchase::Purchase>(),
                           &kind_of<keel::testing::Counter>()}) {
    for (const auto& event : kind->events) events.push_back({kind, event.prototype});
    for (const auto& old : kind->old_events) events.push_back({kind, old.prototype});
  }
  return events;
}

class GoldenBytes : public ::testing::TestWithParam<Stored> {
 protected:
  const std::string& name() const { return GetParam().prototype->GetDescriptor()->full_name(); }
  std::unique_ptr<Message> decode(const std::string& hex) const {
    std::unique_ptr<Message> message(GetParam().prototype->New());
    EXPECT_TRUE(message->ParseFromString(bytes_of(hex))) << name();
    return message;
  }
};

TEST_P(GoldenBytes, DecodeToWhatTheyMeant) {
  ASSERT_FALSE(read_forms(name()).empty()) << "tests/golden/" << name() << ".txt is missing";
  for (const auto& form : read_forms(name())) {
    const auto decoded = decode(form.hex);
    const std::unique_ptr<Message> meant(decoded->New());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(form.text, meant.get())) << form.text;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*decoded, *meant))
        << name() << ": " << decoded->ShortDebugString();
    EXPECT_TRUE(decoded->GetReflection()->GetUnknownFields(*decoded).empty()) << name();
  }
}

TEST_P(GoldenBytes, AreRemembered) {
  for (const auto& form : read_forms(name())) {
    const std::unique_ptr<Message> state(GetParam().kind->empty_state->New());
    EXPECT_TRUE(GetParam().kind->apply(*state, name(), bytes_of(form.hex)));
  }
}

TEST_P(GoldenBytes, BecomeTodaysEventsWhenTheyAreOld) {
  for (const auto& form : read_forms(name())) {
    std::vector<std::string> became;
    for (const auto& today : GetParam().kind->upcast(name(), bytes_of(form.hex))) {
      became.push_back(today.message->GetTypeName() + " " + today.message->ShortDebugString());
    }
    EXPECT_EQ(became, form.today) << name();
    EXPECT_EQ(became.empty(), !GetParam().old()) << name();
  }
}

TEST_P(GoldenBytes, HaveEveryFieldInTheirLatestForm) {
  ASSERT_FALSE(read_forms(name()).empty());
  EXPECT_EQ(unset_field(*decode(read_forms(name()).back().hex)), "") << "add a form to tests/golden/" << name();
}

TEST_P(GoldenBytes, AreWhatIsWrittenToday) {
  ASSERT_FALSE(read_forms(name()).empty());
  const auto latest = read_forms(name()).back().hex;
  EXPECT_EQ(decode(latest)->SerializeAsString(), bytes_of(latest));
}

INSTANTIATE_TEST_SUITE_P(EveryEvent, GoldenBytes, ::testing::ValuesIn(all_events()),
                         [](const auto& event) { return event.param.prototype->GetDescriptor()->name(); });

TEST(GoldenFiles, AreOfEventsThatAreStillKnown) {
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder())) {
    const auto stem = file.path().stem().string();
    if (file.path().extension() != ".txt" || !stem.starts_with("keel.")) continue;
    ++files;
    bool known = false;
    for (const auto& stored : all_events()) known = known || stored.prototype->GetDescriptor()->full_name() == stem;
    EXPECT_TRUE(known) << stem;
  }
  EXPECT_EQ(files, all_events().size());
}

}  // namespace
}  // namespace keel::domain
