#include "bench/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace keel::bench {
namespace {

class Disks : public ::testing::Test {
 protected:
  ~Disks() override { std::filesystem::remove_all(blocks_); }
  void has(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((blocks_ / path).parent_path());
    std::ofstream(blocks_ / path) << content << '\n';
  }

  const std::filesystem::path blocks_ =
      std::filesystem::temp_directory_path() / ("keel-disks-" + std::to_string(getpid()));
};

TEST(Machine, IsKnownByItsCoresAndMemory) {
  const auto facts = machine_facts();
  EXPECT_GT(facts["cores"], 0);
  EXPECT_GT(facts["memory_gib"], 0.1);
  EXPECT_TRUE(facts["disks"].is_array());
}

TEST_F(Disks, SayHowLongASyncMayWait) {
  has("vda/device/vendor", "0x1af4");
  has("vda/queue/scheduler", "none [mq-deadline] kyber");
  has("vda/queue/rotational", "1");
  has("vda/queue/wbt_lat_usec", "75000");
  EXPECT_EQ(
      disks_of(blocks_),
      nlohmann::json::array(
          {{{"name", "vda"}, {"scheduler", "mq-deadline"}, {"rotational", 1}, {"write_back_latency_us", 75'000}}}));
}

TEST_F(Disks, SayNullOfWhatTheKernelDoesNotTell) {
  has("sda/device/vendor", "0x1af4");
  has("loop0/queue/scheduler", "[none]");
  const auto disks = disks_of(blocks_);
  ASSERT_EQ(disks.size(), 1U);
  EXPECT_EQ(disks[0]["name"], "sda");
  EXPECT_TRUE(disks[0]["scheduler"].is_null());
  EXPECT_TRUE(disks[0]["write_back_latency_us"].is_null());
}

TEST_F(Disks, AreNoneWhereTheKernelShowsNone) { EXPECT_EQ(disks_of(blocks_), nlohmann::json::array()); }

}  // namespace
}  // namespace keel::bench
