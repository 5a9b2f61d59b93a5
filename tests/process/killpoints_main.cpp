#include "tests/process/faulty_service.h"
#include "worker/services/echo.h"
#include "worker/worker.h"

int main(int argc, char** argv) {
  using namespace hearsay;
  auto services = core::services();
  services.push_back(
      {"faulty", 1000, [](const auto&) { return std::make_unique<test::FaultyService>(); }});
  services.push_back(
      {"parrot", 1001, [](const auto&) { return std::make_unique<services::Echo>(); }, false});
  return worker::run_worker(argc, argv, services);
}
