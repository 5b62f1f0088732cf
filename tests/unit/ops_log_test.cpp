#include "ops/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "ops/metrics.hpp"

namespace keel::log {
namespace {

using nlohmann::json;

constexpr Timestamp noon = Timestamp(std::chrono::microseconds(1'769'860'800'123'456));

Options named() {
  Options options;
  options.service = "command";
  options.node = "n1";
  return options;
}

std::string json_of(std::string_view message, Fields fields = {}) {
  return line_of(Format::json, named(), noon, Level::info, "journal", message, fields);
}

std::string text_of(std::string_view message, Fields fields = {}) {
  return line_of(Format::text, named(), noon, Level::warn, "journal", message, fields);
}

/// Hands finished lines to the test; gives the process its standard error back at the end.
class Captured {
 public:
  explicit Captured(Level level = Level::debug) {
    Options options = named();
    options.level = level;
    options.format = Format::json;
    options.sink = [this](Level, std::string_view line) { lines.emplace_back(line); };
    configure(options);
  }
  ~Captured() { configure(Options{}); }
  std::vector<std::string> lines;
};

std::uint64_t counted(std::string_view level) {
  return ops::metrics().counter("keel_log_messages_total", "", {{"level", std::string(level)}}).value();
}

TEST(JsonLine, HasTheFixedKeysFirstAndTheFieldsBehind) {
  EXPECT_EQ(json_of("took the lanes", {{"context", "cart"}, {"lanes", 16}}),
            R"({"ts":"2026-01-31T12:00:00.123456Z","level":"info","msg":"took the lanes","logger":"journal",)"
            R"("service":"command","node":"n1","context":"cart","lanes":16})");
}

TEST(JsonLine, LeavesATraceOutThatIsNone) {
  EXPECT_EQ(json::parse(json_of("m", {{"trace_id", ""}})).count("trace_id"), 0U);
  EXPECT_EQ(json::parse(json_of("m", {{"trace_id", "0af7"}}))["trace_id"], "0af7");
  EXPECT_EQ(text_of("m", {{"trace_id", ""}, {"lane", 1}}), text_of("m", {{"lane", 1}}));
}

TEST(JsonLine, KeepsTypesOfValues) {
  const auto line = json::parse(json_of("m", {{"big", std::numeric_limits<std::uint64_t>::max()},
                                              {"least", std::numeric_limits<std::int64_t>::min()},
                                              {"half", 0.5},
                                              {"yes", true},
                                              {"text", std::string("t")}}));
  EXPECT_EQ(line["big"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(line["least"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(line["half"], 0.5);
  EXPECT_EQ(line["yes"], true);
  EXPECT_EQ(line["text"], "t");
}

TEST(JsonLine, TellsNumbersThatJsonHasNotAsText) {
  const auto line = json::parse(json_of("m", {{"a", std::numeric_limits<double>::quiet_NaN()},
                                              {"b", std::numeric_limits<double>::infinity()},
                                              {"c", -std::numeric_limits<double>::infinity()}}));
  EXPECT_EQ(line["a"], "nan");
  EXPECT_EQ(line["b"], "inf");
  EXPECT_EQ(line["c"], "-inf");
}

TEST(JsonLine, NeverLetsAFieldPoseAsAFixedKey) {
  const auto line = json::parse(json_of("m", {{"level", "error"}, {"ts", "never"}, {"msg", "other"}}));
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["level_"], "error");
  EXPECT_EQ(line["msg"], "m");
}

/// Every byte, alone and between others, in message, key and value.
TEST(JsonLine, StaysOneValidLineWhateverTheInput) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string hostile = std::string("a") + static_cast<char>(byte) + "b";
    const std::string line = json_of(hostile, {{hostile, hostile}});
    ASSERT_TRUE(json::accept(line)) << byte;
    for (const char each : line) ASSERT_GE(static_cast<unsigned char>(each), 0x20) << byte;
    ASSERT_EQ(line.find('\x7F'), std::string::npos);
  }
}

TEST(JsonLine, CannotBeForgedByALineBreak) {
  const std::string line = json_of("x\"}\n{\"level\":\"error\",\"msg\":\"forged");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(json::parse(line)["msg"], "x\"}\n{\"level\":\"error\",\"msg\":\"forged");
}

TEST(JsonLine, ShowsBytesThatAreNoUtf8AsHex) { EXPECT_EQ(json::parse(json_of("a\xFF\xC0z"))["msg"], "a\\xff\\xc0z"); }

TEST(JsonLine, EscapesTerminalControlsAndUnicodeLineSeparators) {
  const std::string line = json_of("\x1B[2J \xC2\x9B \xE2\x80\xA8 \xE2\x80\xA9 €");
  EXPECT_NE(line.find("\\u001b[2J \\u009b \\u2028 \\u2029 €"), std::string::npos) << line;
}

TEST(JsonLine, CutsLongTextsAndSaysSo) {
  const std::string message = json::parse(json_of(std::string(5000, 'x')))["msg"];
  EXPECT_EQ(message, std::string(4096, 'x') + "…(+904 bytes)");
}

TEST(JsonLine, LeavesAnEmptyNodeOut) {
  Options options = named();
  options.node.clear();
  EXPECT_EQ(line_of(Format::json, options, noon, Level::info, "l", "m", {}).find("node"), std::string::npos);
}

TEST(TextLine, ReadsLikeASentence) {
  EXPECT_EQ(text_of("took the lanes", {{"context", "cart"}, {"lanes", 16}}),
            "2026-01-31T12:00:00.123456Z WARN  journal: took the lanes context=cart lanes=16");
}

TEST(TextLine, QuotesWhatIsNotOneWord) {
  EXPECT_EQ(text_of("m", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}, {"d", "\n"}}).substr(43),
            R"(m a="two words" b="" c="x=y" d="\n")");
}

TEST(TextLine, StaysOneLineWhateverTheInput) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string hostile = std::string("a") + static_cast<char>(byte) + "b";
    for (const char each : text_of(hostile, {{hostile, hostile}})) {
      ASSERT_GE(static_cast<unsigned char>(each), 0x20) << byte;
    }
  }
}

TEST(Log, WritesFromTheLevelUpwards) {
  const Captured captured(Level::warn);
  info("l", "quiet");
  warn("l", "heard");
  error("l", "heard too");
  ASSERT_EQ(captured.lines.size(), 2u);
  EXPECT_EQ(json::parse(captured.lines[0])["level"], "warn");
  EXPECT_EQ(json::parse(captured.lines[1])["level"], "error");
}

TEST(Log, CanChangeItsLevelWhileRunning) {
  const Captured captured(Level::off);
  error("l", "quiet");
  set_level(Level::debug);
  debug("l", "heard");
  EXPECT_EQ(captured.lines.size(), 1u);
}

TEST(Log, CountsEachLineByLevel) {
  const Captured captured(Level::info);
  const auto before = counted("error");
  const auto debug_before = counted("debug");
  error("l", "one");
  debug("l", "not written");
  EXPECT_EQ(counted("error"), before + 1);
  EXPECT_EQ(counted("debug"), debug_before);
}

TEST(Log, KeepsLinesWholeWhenManyThreadsWrite) {
  const Captured captured;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([thread] {
        for (int i = 0; i < 200; ++i) info("l", "m", {{"thread", thread}, {"i", i}});
      });
    }
  }
  ASSERT_EQ(captured.lines.size(), 1600u);
  for (const std::string& line : captured.lines) ASSERT_TRUE(json::accept(line));
}

TEST(Log, WritesJsonLinesToStandardErrorWhenItIsNoTerminal) {
  configure(Options{});
  testing::internal::CaptureStderr();
  info("l", "to stderr\n", {{"k", 1}});
  const std::string written = testing::internal::GetCapturedStderr();
  ASSERT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
  EXPECT_EQ(json::parse(written)["msg"], "to stderr\n");
}

TEST(Level, ReadsItsWordsAndNoOthers) {
  EXPECT_EQ(parse_level("debug"), Level::debug);
  EXPECT_EQ(parse_level("off"), Level::off);
  EXPECT_FALSE(parse_level("INFO"));
  EXPECT_FALSE(parse_level(""));
}

}  // namespace
}  // namespace keel::log
