#include <gtest/gtest.h>

#include <array>

#include "postgres/answer.hpp"
#include "postgres/copy.hpp"
#include "postgres/parameters.hpp"
#include "postgres/session.hpp"

namespace keel::postgres {
namespace {

using namespace std::string_view_literals;

std::string_view value(const Parameters& parameters, std::size_t index) {
  std::vector<const char*> pointers;
  parameters.point_from(pointers);
  return {pointers.at(index), static_cast<std::size_t>(parameters.lengths().at(index))};
}

TEST(PostgresTimes, AreMicrosecondsSinceTwoThousand) {
  const Timestamp moment = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1) + std::chrono::microseconds(7);
  EXPECT_EQ(to_postgres(moment), 7);
  EXPECT_EQ(from_postgres(7), moment);
  EXPECT_EQ(from_postgres(to_postgres(Timestamp{})), Timestamp{});
}

TEST(PostgresParameters, AreInNetworkByteOrder) {
  Parameters parameters;
  parameters.bigint(-2).integer(0x01020304).boolean(true).text("a\0b"sv);
  ASSERT_EQ(parameters.count(), 4);
  EXPECT_EQ(value(parameters, 0), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"sv);
  EXPECT_EQ(value(parameters, 1), "\1\2\3\4"sv);
  EXPECT_EQ(value(parameters, 2), "\1"sv);
  EXPECT_EQ(value(parameters, 3), "a\0b"sv);
}

TEST(PostgresParameters, TellNullFromEmpty) {
  Parameters parameters;
  parameters.null().text("").bigint(std::nullopt);
  std::vector<const char*> pointers;
  parameters.point_from(pointers);
  EXPECT_EQ(pointers[0], nullptr);
  EXPECT_NE(pointers[1], nullptr);
  EXPECT_EQ(pointers[2], nullptr);
}

TEST(PostgresParameters, AnArrayNamesItsElementsAndTheirNumber) {
  constexpr std::array<std::int64_t, 2> numbers{1, 2};
  const auto bytes = std::string(value(Parameters().bigints(numbers), 0));
  EXPECT_EQ(bytes,
            "\0\0\0\1"
            "\0\0\0\1"
            "\0\0\0\x14"
            "\0\0\0\2"
            "\0\0\0\1"
            "\0\0\0\x08\0\0\0\0\0\0\0\1"
            "\0\0\0\x08\0\0\0\0\0\0\0\2"sv);
}

TEST(PostgresParameters, AnEmptyArrayHasNoDimension) {
  const auto bytes = std::string(value(Parameters().texts(std::vector<std::string>{}), 0));
  EXPECT_EQ(bytes, "\0\0\0\0\0\0\0\1\0\0\0\x19"sv);
}

TEST(PostgresParameters, AreReusedFromTheStart) {
  Parameters parameters;
  parameters.text("first").text("second");
  parameters.clear();
  parameters.text("third");
  ASSERT_EQ(parameters.count(), 1);
  EXPECT_EQ(value(parameters, 0), "third");
}

TEST(PostgresCopies, HaveASignatureRowsAndAnEnd) {
  CopiedRows rows;
  std::string& out = rows.row(2);
  put_field(out, "ab"sv);
  put_null_field(out);
  EXPECT_EQ(rows.finished(),
            "PGCOPY\n\xFF\r\n\0"
            "\0\0\0\0\0\0\0\0"
            "\0\2"
            "\0\0\0\2ab"
            "\xFF\xFF\xFF\xFF"
            "\xFF\xFF"sv);
}

TEST(PostgresFailures, SayWhetherTheServerIsGoneOrTheRoleMayNot) {
  EXPECT_EQ(cause_of(""), Fault::Cause::unreachable);
  EXPECT_EQ(cause_of("42501"), Fault::Cause::denied);
  EXPECT_EQ(cause_of("28P01"), Fault::Cause::denied);
  EXPECT_EQ(cause_of("57014"), Fault::Cause::other);
}

TEST(PostgresAnswers, ThatNeverCameAreFailuresOfTheConnection) {
  EXPECT_FALSE(Answer().ok());
  EXPECT_EQ(Answer().failure().state, "");
}

TEST(PostgresSessions, CountInWholeSeconds) {
  EXPECT_EQ(whole_seconds(std::chrono::milliseconds(0)), "1");
  EXPECT_EQ(whole_seconds(std::chrono::milliseconds(1'001)), "2");
}

}  // namespace
}  // namespace keel::postgres
