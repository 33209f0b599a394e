// Counts the heap allocations of the test process.
#ifndef APUS_ALLOCATION_COUNT_H
#define APUS_ALLOCATION_COUNT_H

#include <stdint.h>

/// Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign so far, on all threads.
uint64_t apus_allocation_count(void);

#endif
