// Files that are mapped, and what happens where bytes of them are gone: a signal handler, which Swift can't say by itself.
#ifndef APUS_CMAPPING_H
#define APUS_CMAPPING_H

#include <stdbool.h>
#include <stddef.h>

/// Memory that a file is mapped to.
typedef struct apus_mapping apus_mapping;

/// Says that a file is mapped to `length` bytes from `start` on, which is the start of a page. Null where the system has no memory
/// for that.
apus_mapping *apus_mapping_add(void *start, size_t length);

/// Says that it is mapped there no longer.
void apus_mapping_remove(apus_mapping *mapping);

/// Whether bytes of the file were found to be gone, and zeros have taken their place.
bool apus_mapping_is_cut_short(const apus_mapping *mapping);

/// From now on, zeros take the place of bytes of mapped files that are gone, where the system would end the process by SIGBUS. All
/// other such signals have the effect that they had. The first call sets the handler, and later ones do nothing.
void apus_mapping_catch_signals(void);

#endif
