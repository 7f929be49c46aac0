// Ranks: their sums have one order, messages reach them, and the failure of one ends all.
#include <gtest/gtest.h>

#include <chrono>

#include "cluster/processors.hpp"
#include "mpirun.hpp"

namespace terramask {
namespace {

using tests::mpirun;
using tests::RanksOutcome;
using tests::run_shell;

const std::string program = std::string(TERRAMASK_BIN_DIR) + "/ranks_program ";

class Ranks : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (const std::string why = tests::no_mpirun(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_P(Ranks, SumsAreThoseInTheOrderOfTheRanksToTheBit) {
  // Fewer than ranks, uneven, and more than a chunk.
  for (const char* count : {"1", "1001", "1500001"}) {
    const RanksOutcome outcome = run_shell(mpirun(GetParam()) + program + "sum " + count);
    EXPECT_EQ(outcome.status, 0) << count << ": " << outcome.text;
    EXPECT_NE(outcome.text.find(std::to_string(GetParam()) + " ranks"), std::string::npos) << outcome.text;
  }
}

TEST_P(Ranks, ABroadcastReachesAll) {
  EXPECT_EQ(run_shell(mpirun(GetParam()) + program + "broadcast").status, 0);
}

TEST_P(Ranks, WorkIsHandedOutToWhoeverAsks) {
  const RanksOutcome outcome = run_shell(mpirun(GetParam()) + program + "hand_out 200");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("200 items"), std::string::npos) << outcome.text;
}

TEST_P(Ranks, ABarrierKeepsNoCoreBusy) {
  EXPECT_EQ(run_shell(mpirun(GetParam()) + program + "wait").status, 0);
}

TEST_P(Ranks, TheFailureOfOneEndsAllWithItsMessage) {
  const auto begin = std::chrono::steady_clock::now();
  const RanksOutcome outcome = run_shell(mpirun(GetParam()) + program + "abort 1");
  EXPECT_EQ(outcome.status, 3) << outcome.text;
  EXPECT_NE(outcome.text.find("rank 1: cannot read a.tif"), std::string::npos) << outcome.text;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_P(Ranks, WhatAllComeUponIsToldOnce) {
  const RanksOutcome outcome = run_shell(mpirun(GetParam()) + program + "abort -1");
  EXPECT_EQ(outcome.status, 3) << outcome.text;
  const std::size_t first = outcome.text.find("cannot read a.tif");
  EXPECT_NE(first, std::string::npos) << outcome.text;
  EXPECT_EQ(outcome.text.find("cannot read a.tif", first + 1), std::string::npos) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(, Ranks, ::testing::Values(2, 4),
                         [](const auto& test) { return std::to_string(test.param) + "_ranks"; });

TEST(OneRank, IsWhatAProcessStartedAloneHas) {
  const auto ranks = join_ranks();
  EXPECT_EQ(ranks->rank(), 0);
  EXPECT_EQ(ranks->size(), 1);
  EXPECT_TRUE(ranks->first() && ranks->alone());
  EXPECT_GE(ranks->fair_threads(), 1);
  std::vector<float> values{1, 2};
  ranks->sum(std::span(values));
  EXPECT_EQ(values, (std::vector<float>{1, 2}));
  EXPECT_TRUE(ranks->any(true));
  EXPECT_FALSE(ranks->any(false));
  EXPECT_FALSE(ranks->receive(std::chrono::milliseconds(1)));
  ranks->send(0, 7, "to myself");
  const auto message = ranks->receive(std::chrono::milliseconds(1));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->tag, 7);
  EXPECT_EQ(message->bytes, "to myself");
  ranks->barrier();
}

TEST(OneRank, IsWhatMpirunAloneStartsToo) {
  if (const std::string why = tests::no_mpirun(); !why.empty()) GTEST_SKIP() << why;
  EXPECT_EQ(run_shell(mpirun(1) + program + "sum 10").status, 0);
}

TEST(OneRank, ABatchScriptOfSlurmIsNoLauncher) {
  EXPECT_EQ(run_shell("SLURM_NTASKS=4 SLURM_PROCID=0 " + program + "sum 10").status, 0);
}

TEST(FairShare, SharesTheCoresOfAMachine) {
  const std::vector<std::uint64_t> first{1, 1, 0, 0}, second{0, 0, 1, 1}, all{1, 1, 1, 1}, twice{2, 2, 2, 2};
  EXPECT_EQ(cluster::fair_share(first, all, 2), 2);  // bound to halves
  EXPECT_EQ(cluster::fair_share(all, twice, 2), 2);  // not bound
  EXPECT_EQ(cluster::fair_share(all, twice, 8), 1);  // more ranks than cores
  EXPECT_EQ(cluster::fair_share({1, 0, 0, 0}, all, 2), 1);
  EXPECT_EQ(cluster::fair_share(all, all, 1), 4);
}

}  // namespace
}  // namespace terramask
