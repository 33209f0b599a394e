// OpenBSD's order of strnvis's arguments, which is libbsd's own; without this the header warns that there are two.
#define LIBBSD_OPENBSD_VIS
#include <fcntl.h>
#include <bsd/stdlib.h>
#include <bsd/libutil.h>
#include <bsd/vis.h>
#include <bsd/unistd.h>

// Both are variadic in C, which Swift can't call.
static inline int apus_flopen(const char *path, int flags, mode_t mode) { return flopen(path, flags, mode); }

// libbsd must see the arguments before main to write over them. Its archive libbsd-ctor does that, from a constructor that
// the linker takes in only because it is named here.
extern void (*libbsd_init_func)(int argc, char **argv, char **envp);

static inline void apus_setproctitle(const char *title) {
    if (libbsd_init_func) setproctitle("-%s", title);
}
