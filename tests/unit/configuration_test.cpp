#include "app/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace keel::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigurationTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    const auto path = directory_ / name;
    std::ofstream(path) << content;
    return path;
  }

  std::vector<std::string> problems_of(const std::string& path,
                                       const std::map<std::string, std::string>& environment = {},
                                       const std::vector<Configuration::Flag>& flags = {}) {
    try {
      Configuration::load(path, environment, flags);
    } catch (const ConfigurationError& error) {
      return error.problems;
    }
    return {};
  }

  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("keel-configuration-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
};

TEST_F(ConfigurationTest, HasADefaultThatFitsForEverySetting) {
  const auto configuration = Configuration::load(file("empty.toml", ""), {}, {});
  for (const auto& setting : all_settings()) {
    switch (setting.kind) {
      case SettingKind::whole_number:
        EXPECT_GE(configuration.number(setting.key), 0) << setting.key;
        break;
      case SettingKind::yes_or_no:
        configuration.yes(setting.key);
        break;
      case SettingKind::duration:
        EXPECT_GT(configuration.duration(setting.key).count(), 0) << setting.key;
        break;
      case SettingKind::address:
        EXPECT_FALSE(configuration.address(setting.key).host.empty()) << setting.key;
        break;
      case SettingKind::text:
      case SettingKind::secret:
      case SettingKind::list:
        EXPECT_EQ(configuration.text(setting.key), setting.fallback);
        break;
    }
  }
}

TEST_F(ConfigurationTest, TheFileBeatsTheDefaultTheEnvironmentTheFileAndTheFlagAll) {
  const auto path =
      file("keel.toml", "[kafka]\nbrokers = 'from-file:1'\n[journal]\nbatch = 7\n[query]\nsessions = 5\n");
  const auto configuration =
      Configuration::load(path, {{"KEEL_KAFKA__BROKERS", "from-environment:2"}, {"KEEL_JOURNAL__BATCH", "8"}},
                          {{"kafka.brokers", "from-flag:3"}});
  EXPECT_EQ(configuration.text("kafka.brokers"), "from-flag:3");
  EXPECT_EQ(configuration.number("journal.batch"), 8);
  EXPECT_EQ(configuration.number("query.sessions"), 5);
  EXPECT_EQ(configuration.number("journal.loaders"), 2);
}

TEST_F(ConfigurationTest, RefusesAnUnknownKeyAndSuggestsTheNearest) {
  EXPECT_THAT(problems_of(file("keel.toml", "[kafka]\nbroker = 'x:1'\n")),
              ElementsAre(HasSubstr("unknown key 'kafka.broker'; did you mean 'kafka.brokers'?")));
  EXPECT_THAT(problems_of(file("empty.toml", ""), {{"KEEL_JOURNAL__LANES", "4"}}),
              ElementsAre(HasSubstr("KEEL_JOURNAL__LANES: unknown key 'journal.lanes'")));
}

TEST_F(ConfigurationTest, TellsAllProblemsAtOnce) {
  const auto path = file("keel.toml", "faults = 'perhaps'\n[command]\nlisten = 'nowhere'\nsnapshot_every = -1\n");
  EXPECT_EQ(problems_of(path, {{"KEEL_SHUTDOWN__GRACE", "9"}}).size(), 4U);
}

TEST_F(ConfigurationTest, NamesTheLineOfABrokenFile) {
  EXPECT_THAT(problems_of(file("keel.toml", "faults = true\n[kafka\n")), ElementsAre(HasSubstr("keel.toml:2")));
}

TEST_F(ConfigurationTest, RefusesANamedFileThatDoesNotExist) {
  EXPECT_THAT(problems_of(directory_ / "missing.toml"), ElementsAre(HasSubstr("there is no file")));
}

TEST_F(ConfigurationTest, ReadsASecretFromAFileAndNeverPrintsIt) {
  const auto secret = file("dsn", "host=db password=hunter2\n");
  const auto configuration = Configuration::load(file("empty.toml", ""), {{"KEEL_JOURNAL__DSN_FILE", secret}}, {});
  EXPECT_EQ(configuration.text("journal.dsn"), "host=db password=hunter2");
  EXPECT_THAT(configuration.describe(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(configuration.describe(), HasSubstr("journal.dsn = ******    # environment KEEL_JOURNAL__DSN_FILE"));
}

TEST_F(ConfigurationTest, RefusesASecretFileThatCannotBeRead) {
  EXPECT_THAT(problems_of(file("empty.toml", ""), {{"KEEL_READ__DSN_FILE", directory_ / "missing"}}),
              ElementsAre(HasSubstr("cannot read the file")));
}

TEST_F(ConfigurationTest, OnlySecretsMayComeFromAFileOfTheirOwn) {
  EXPECT_EQ(problems_of(file("empty.toml", ""), {{"KEEL_KAFKA__BROKERS_FILE", "/dev/null"}}).size(), 1U);
}

TEST_F(ConfigurationTest, ReadsDurationsAddressesAndLists) {
  const auto configuration = Configuration::load(
      file("keel.toml",
           "[shutdown]\ngrace = '250ms'\n[command]\nlisten = '[::1]:7'\n[projector]\nprojections = ['a', 'b']\n"),
      {}, {});
  EXPECT_EQ(configuration.duration("shutdown.grace"), std::chrono::milliseconds(250));
  EXPECT_EQ(configuration.address("command.listen").port, 7);
  EXPECT_EQ(configuration.address("command.listen").host, "[::1]");
  EXPECT_THAT(configuration.list("projector.projections"), ElementsAre("a", "b"));
  EXPECT_EQ(configuration.duration("journal.retention"), std::chrono::hours(24 * 7));
}

TEST_F(ConfigurationTest, LeavesVariablesOfTheToolsAlone) {
  EXPECT_TRUE(problems_of(file("empty.toml", ""),
                          {{"KEEL_HOME", "/somewhere"}, {"KEEL_CRASH_AT", "x:2"}, {"KEEL_TEST_KILLS", "9"}})
                  .empty());
}

TEST_F(ConfigurationTest, ShowsEverySettingWithItsSourceAndNoSecret) {
  const auto configuration =
      Configuration::load(file("empty.toml", ""), {{"KEEL_OPS__TOKEN", "hunter2"}}, {{"ops.actions", "true"}});
  const auto shown = configuration.shown();
  ASSERT_EQ(shown.size(), all_settings().size());
  for (const auto& setting : shown) {
    EXPECT_NE(setting.value, "hunter2") << setting.key;
    if (setting.key == "ops.token") {
      EXPECT_EQ(setting.value, "******");
    }
    const std::string_view source = setting.key == "ops.token"     ? "environment"
                                    : setting.key == "ops.actions" ? "flag"
                                                                   : "default";
    EXPECT_EQ(setting.source, source) << setting.key;
  }
}

TEST_F(ConfigurationTest, KnowsWhatWasGivenBeItTheDefault) {
  const auto configuration = Configuration::load(file("empty.toml", ""), {{"KEEL_OPS__TOKEN", ""}}, {});
  EXPECT_TRUE(configuration.given("ops.token"));
  EXPECT_FALSE(configuration.given("ops.actions"));
}

}  // namespace
}  // namespace keel::app
