#include "common/base/json_instances.h"

HEARSAY_JSON_INSTANCES()
