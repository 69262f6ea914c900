#pragma once

#include "platform/ops/metrics.hpp"

namespace stoa {

/// What the system knows of this process, under the names that Prometheus' client libraries use for it.
void add_process_metrics(Metrics& metrics);

}  // namespace stoa
