#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "domain/aggregate.hpp"
#include "domain/cart/cart.hpp"
#include "domain/inventory/stock.hpp"
#include "domain/purchase/purchase.hpp"
#include "support/testing_context/counter.hpp"

// The form that all commands share, looked at by reflection: the edge, the fingerprint and the receipts rest on it.
namespace keel::domain {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

const std::vector<const AggregateKind*> kinds = {&kind_of<cart::Cart>(), &kind_of<inventory::Stock>(),
                                                 &kind_of<purchase::Purchase>(), &kind_of<testing::Counter>()};

std::set<const FileDescriptor*> command_files() {
  std::set<const FileDescriptor*> files;
  for (const auto* kind : kinds) {
    for (const auto& command : kind->commands) files.insert(command.descriptor->file());
  }
  return files;
}

void expect_field(const Descriptor* message, int number, const std::string& name, FieldDescriptor::Type type) {
  const auto* field = message->FindFieldByNumber(number);
  ASSERT_NE(field, nullptr) << message->full_name() << " has no field " << number;
  EXPECT_EQ(field->name(), name) << message->full_name();
  EXPECT_EQ(field->type(), type) << field->full_name();
  EXPECT_FALSE(field->is_repeated()) << field->full_name();
}

/// Every field of the message and of the messages in it.
void walk(const Descriptor* message, std::set<const Descriptor*>& seen, std::vector<const FieldDescriptor*>& fields) {
  if (!seen.insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    fields.push_back(message->field(i));
    if (message->field(i)->message_type() != nullptr) walk(message->field(i)->message_type(), seen, fields);
  }
}

std::vector<const FieldDescriptor*> all_fields(const Descriptor* message) {
  std::set<const Descriptor*> seen;
  std::vector<const FieldDescriptor*> fields;
  walk(message, seen, fields);
  return fields;
}

bool is_taken_by_one_aggregate(const Descriptor* command) {
  int takers = 0;
  for (const auto* kind : kinds) takers += kind->command(command) != nullptr ? 1 : 0;
  return takers == 1;
}

TEST(Commands, ShareTheirFirstFourFields) {
  for (const auto* kind : kinds) {
    for (const auto& command : kind->commands) {
      const auto* message = command.descriptor;
      const auto* id = message->FindFieldByNumber(1);
      ASSERT_NE(id, nullptr) << message->full_name();
      EXPECT_EQ(id->type(), FieldDescriptor::TYPE_STRING) << id->full_name();
      EXPECT_FALSE(id->has_presence()) << id->full_name();
      expect_field(message, 2, "request_id", FieldDescriptor::TYPE_STRING);
      expect_field(message, 3, "expected_version", FieldDescriptor::TYPE_INT64);
      expect_field(message, 4, "validate_only", FieldDescriptor::TYPE_BOOL);
      EXPECT_TRUE(message->FindFieldByNumber(3)->has_presence()) << message->full_name() << ": absent is not 0";
    }
  }
}

TEST(Commands, NameTheirAggregateAlikeInOneContext) {
  for (const auto* kind : kinds) {
    std::set<std::string> names;
    for (const auto& command : kind->commands) names.insert(command.descriptor->FindFieldByNumber(1)->name());
    EXPECT_EQ(names.size(), 1U) << kind->type;
  }
}

TEST(Commands, HaveNeitherMapsNorFloats) {
  for (const auto* kind : kinds) {
    for (const auto& command : kind->commands) {
      for (const auto* field : all_fields(command.descriptor)) {
        EXPECT_FALSE(field->is_map()) << field->full_name() << " of " << command.descriptor->full_name();
        EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_FLOAT) << field->full_name();
        EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_DOUBLE) << field->full_name();
      }
    }
  }
}

TEST(Commands, OfEveryRpcAreTakenByOneAggregate) {
  int rpcs = 0;
  for (const auto* file : command_files()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m, ++rpcs) {
        const auto* method = file->service(s)->method(m);
        EXPECT_TRUE(is_taken_by_one_aggregate(method->input_type())) << method->full_name();
        EXPECT_EQ(method->input_type()->name(), method->name() + "Request");
        EXPECT_EQ(method->output_type()->name(), method->name() + "Response");
        EXPECT_FALSE(method->client_streaming() || method->server_streaming()) << method->full_name();
      }
    }
  }
  EXPECT_EQ(rpcs, 5 + 4 + 1 + 1);
}

TEST(Commands, OfEveryRpcAreAnsweredWithVersionAndToken) {
  for (const auto* file : command_files()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        expect_field(file->service(s)->method(m)->output_type(), 1, "version", FieldDescriptor::TYPE_INT64);
        expect_field(file->service(s)->method(m)->output_type(), 2, "token", FieldDescriptor::TYPE_STRING);
      }
    }
  }
}

TEST(Commands, InTheirFilesAreAllTaken) {
  for (const auto* file : command_files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto* message = file->message_type(i);
      if (!message->name().ends_with("Request")) continue;
      EXPECT_TRUE(is_taken_by_one_aggregate(message)) << message->full_name();
    }
  }
}

TEST(Services, AreNamedForTheirContext) {
  for (const auto* kind : kinds) {
    std::string name(kind->context);
    name[0] = static_cast<char>(std::toupper(name[0]));
    const auto* file = kind->commands.front().descriptor->file();
    ASSERT_EQ(file->service_count(), 1);
    EXPECT_EQ(file->service(0)->full_name(), "keel." + std::string(kind->context) + ".v1." + name + "CommandService");
  }
}

TEST(Events, HaveNeitherFloatsNorMaps) {
  for (const auto* kind : kinds) {
    for (const auto& event : kind->events) {
      for (const auto* field : all_fields(event.descriptor)) {
        EXPECT_FALSE(field->is_map()) << field->full_name();
        EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_FLOAT) << field->full_name();
        EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_DOUBLE) << field->full_name();
      }
    }
  }
}

TEST(Events, InTheirFilesAreAllRememberedOrUpcast) {
  for (const auto* kind : kinds) {
    const auto* file = kind->events.front().descriptor->file();
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto* message = file->message_type(i);
      EXPECT_TRUE(kind->event(message) != nullptr || kind->old_event(message) != nullptr) << message->full_name();
    }
  }
}

}  // namespace
}  // namespace keel::domain
