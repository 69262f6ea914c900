#pragma once

namespace stoa {

/// Gives memory that was needed once, for a peak, back to the system; little that is free is left for what comes next. To be
/// called now and then: the allocators do so of their own only as more is freed.
void give_back_free_memory();

}  // namespace stoa
