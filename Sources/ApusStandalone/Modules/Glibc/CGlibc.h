// What the standalone programs need of the C library. Embedded Swift comes without the module that other Swift has for it.
#define _DEFAULT_SOURCE 1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// Swift sees neither functions of a changing number of arguments nor macros with casts.
static inline int apus_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int *apus_errno(void) { return &errno; }
static inline void *apus_map_failed(void) { return MAP_FAILED; }
