#include "worker/worker.h"

int main(int argc, char** argv) {
  return hearsay::worker::run_worker(argc, argv, hearsay::core::services());
}
