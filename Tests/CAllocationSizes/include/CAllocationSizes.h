// Measures the memory that the process asks for: heap and mappings.
#ifndef APUS_ALLOCATION_SIZES_H
#define APUS_ALLOCATION_SIZES_H

#include <stddef.h>

/// Begins to measure anew.
void apus_allocation_sizes_begin(void);

/// Bytes of the largest single allocation or mapping since then, whether it was made or refused.
size_t apus_largest_allocation(void);

/// Bytes by which what is allocated and mapped grew at most since then.
size_t apus_allocation_growth(void);

#endif
