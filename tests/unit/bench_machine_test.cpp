#include "bench/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace keel::bench {
namespace {

class KernelFiles : public ::testing::Test {
 protected:
  ~KernelFiles() override { std::filesystem::remove_all(folder_); }
  void has(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << content << '\n';
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("keel-kernel-files-" + std::to_string(getpid()));
};

TEST(Machine, IsKnownByItsCoresAndMemory) {
  const auto facts = machine_facts();
  EXPECT_GT(facts["cores"], 0);
  EXPECT_GT(facts["memory_gib"], 0.1);
  EXPECT_TRUE(facts["disks"].is_array());
  EXPECT_TRUE(facts["write_back"]["dirty_expire_centisecs"].is_number());
}

TEST_F(KernelFiles, SayHowLongASyncMayWaitForADisk) {
  has("vda/device/vendor", "0x1af4");
  has("vda/queue/scheduler", "none [mq-deadline] kyber");
  has("vda/queue/rotational", "1");
  has("vda/queue/wbt_lat_usec", "75000");
  EXPECT_EQ(
      disks_of(folder_),
      nlohmann::json::array(
          {{{"name", "vda"}, {"scheduler", "mq-deadline"}, {"rotational", 1}, {"write_back_latency_us", 75'000}}}));
}

TEST_F(KernelFiles, SayNullOfWhatADiskDoesNotTell) {
  has("sda/device/vendor", "0x1af4");
  has("loop0/queue/scheduler", "[none]");
  const auto disks = disks_of(folder_);
  ASSERT_EQ(disks.size(), 1U);
  EXPECT_EQ(disks[0]["name"], "sda");
  EXPECT_TRUE(disks[0]["scheduler"].is_null());
  EXPECT_TRUE(disks[0]["write_back_latency_us"].is_null());
}

TEST_F(KernelFiles, SayNoDiskWhereThereIsNone) { EXPECT_EQ(disks_of(folder_), nlohmann::json::array()); }

TEST_F(KernelFiles, SayHowMuchIsWrittenBackAtATime) {
  has("dirty_expire_centisecs", "3000");
  has("dirty_background_ratio", "10");
  const auto facts = write_back_of(folder_);
  EXPECT_EQ(facts["dirty_expire_centisecs"], 3'000);
  EXPECT_EQ(facts["dirty_background_ratio"], 10);
  EXPECT_TRUE(facts["dirty_background_bytes"].is_null());
}

}  // namespace
}  // namespace keel::bench
