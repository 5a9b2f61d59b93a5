#include "worker/services/registry.h"
#include "worker/worker.h"

int main(int argc, char** argv) {
  return hearsay::worker::run_worker(argc, argv, hearsay::services::make_services);
}
