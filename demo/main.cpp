#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "demo/flash_sale.hpp"
#include "demo/retail.hpp"

namespace {

using keel::demo::FlashSale;
using keel::demo::Retail;

void add_common(CLI::App& command, keel::demo::Endpoints& endpoints, std::string& run, std::size_t& concurrency) {
  command.add_option("--command", endpoints.command, "host:port of the command services")->capture_default_str();
  command.add_option("--query", endpoints.query, "host:port of the query services")->capture_default_str();
  command.add_option("--run", run, "stands in front of every id of the run; a fresh one by default");
  command.add_option("--concurrency", concurrency, "purchases under way at once")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
}

CLI::App* add_retail(CLI::App& program, Retail& retail) {
  auto* command = program.add_subcommand("retail", "An order book goes through the shop");
  add_common(*command, retail.endpoints, retail.run, retail.concurrency);
  command->add_option("--file", retail.file, "the order book, CSV")->required()->check(CLI::ExistingFile);
  command->add_option("--report", retail.report, "where to write what the queries show, JSON")->required();
  return command;
}

CLI::App* add_flash_sale(CLI::App& program, FlashSale& sale) {
  auto* command = program.add_subcommand("flash-sale", "Many buyers, one SKU, less of it than buyers");
  add_common(*command, sale.endpoints, sale.run, sale.concurrency);
  command->add_option("--stock", sale.stock, "how many there are")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  command->add_option("--buyers", sale.buyers, "how many want one")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  return command;
}

}  // namespace

/// The demos: gRPC clients only. Exit code 0 when everything was as it should be, 1 when not, 2 for bad usage.
int main(int argc, char** argv) {
  CLI::App program("Real input through a running Keel, checked to the last penny", "keel-demo");
  program.require_subcommand(1);
  Retail retail;
  FlashSale sale;
  const auto* retail_command = add_retail(program, retail);
  add_flash_sale(program, sale);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  try {
    const bool good = retail_command->parsed() ? run_retail(retail) : run_flash_sale(sale);
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "keel-demo: " << error.what() << '\n';
    return 1;
  }
}
