#include <fcntl.h>
#include <bsd/stdlib.h>
#include <bsd/libutil.h>
#include <bsd/vis.h>
#include <bsd/unistd.h>

// Both are variadic in C, which Swift can't call.
static inline int apus_flopen(const char *path, int flags, mode_t mode) { return flopen(path, flags, mode); }
static inline void apus_setproctitle(const char *title) { setproctitle("-%s", title); }
