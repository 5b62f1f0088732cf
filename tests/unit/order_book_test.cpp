#include "demo/order_book.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace keel::demo {
namespace {

OrderBook book_of(const std::string& lines) {
  const auto path = std::filesystem::temp_directory_path() / ("order_book_test." + std::to_string(::getpid()) + ".csv");
  std::ofstream(path) << "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" << lines;
  auto book = read_order_book(path.string());
  std::filesystem::remove(path);
  return book;
}

bool is_bad(const std::string& line) {
  const auto book = book_of(line + "\n");
  return book.bad.size() == 1 && book.invoices.empty() && book.returns.empty();
}

TEST(OrderBook, MakesACartOfEachInvoice) {
  const auto book = book_of("1,A,x,3,d,2.1,17850.0,UK\n1,B,x,1,d,0.07,17850.0,UK\n2,A,x,1,d,3,,UK\n");
  ASSERT_EQ(book.invoices.size(), 2U);
  const auto& first = book.invoices.at("1");
  EXPECT_EQ(first.customer, "17850.0");
  ASSERT_EQ(first.sales.size(), 2U);
  EXPECT_EQ(first.sales[0].unit_price, 210);
  EXPECT_EQ(first.sales[1].unit_price, 7);
  EXPECT_EQ(book.invoices.at("2").customer, "");
  EXPECT_EQ(book.sold().at("A"), 4);
}

TEST(OrderBook, KeepsSkusByteForByte) {
  const auto sold = book_of("1,a,x,1,d,1,,UK\n1,A,x,1,d,1,,UK\n1,A ,x,1,d,1,,UK\n").sold();
  EXPECT_EQ(sold.size(), 3U);
  EXPECT_TRUE(sold.contains("A "));
}

TEST(OrderBook, TakesBackWhatACancellationNames) {
  const auto book = book_of("C1,A,x,-2,d,1,,UK\n");
  ASSERT_EQ(book.returns.size(), 1U);
  EXPECT_EQ(book.returns[0].quantity, 2);
  EXPECT_EQ(book.sold().at("A"), 0);
}

TEST(OrderBook, ReadsQuotesCommasAndLineEndsInsideAField) {
  const auto book = book_of("1,A,\"a \"\"b\"\", c\nd\",1,d,1,,UK\r\n1,B,7\" frame,1,d,1,,UK\n");
  EXPECT_TRUE(book.bad.empty());
  EXPECT_EQ(book.records, 2U);
}

TEST(OrderBook, PriceZeroIsGood) { EXPECT_TRUE(book_of("1,A,x,1,d,0,,UK\n").bad.empty()); }

TEST(OrderBook, ReportsEveryKindOfBadLine) {
  EXPECT_TRUE(is_bad("1,A,x,0,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,,x,1,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,-1,d,1,,UK"));
  EXPECT_TRUE(is_bad("C1,A,x,1,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,one,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,1.5,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,1,d,,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,1,d,1.005,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,1,d,-1,,UK"));
  EXPECT_TRUE(is_bad("1,A,x,1,d,1"));
  EXPECT_TRUE(is_bad("1,A,x,1,d,1,,UK,more"));
  EXPECT_TRUE(is_bad("1,A,caf\xe9,1,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,a\xed\xa0\x80,1,d,1,,UK"));
  EXPECT_TRUE(is_bad("1,A,\"never closed,1,d,1,,UK"));
  EXPECT_TRUE(is_bad(""));
}

TEST(OrderBook, TheSampleHasEveryKindOfDirt) {
  const auto book =
      read_order_book(std::string(std::getenv("KEEL_SOURCE_DIR")) + "/demo/data/online-retail-sample.csv");
  EXPECT_EQ(book.records, 500U);
  EXPECT_EQ(book.bad.size(), 20U);
  EXPECT_EQ(book.invoices.size(), 53U);
  EXPECT_EQ(book.returns.size(), 39U);
}

TEST(OrderBook, AMissingFileIsAnError) { EXPECT_THROW(read_order_book("/nowhere/at/all.csv"), std::runtime_error); }

}  // namespace
}  // namespace keel::demo
