// A disk that fails, put before the system's by LD_PRELOAD: of the calls that change what lies in one folder, a certain one is the
// last that the process makes, or ends with an error. And it keeps note of what a power failure would leave.
//
//     APUS_DISK          the folder, an absolute path without links
//     APUS_DISK_AT       the number of the call, counted from 1; later ones are left alone but where LASTS is set
//     APUS_DISK_DOES     kill (before the call, or in the midst of a write), kill-after, or the number of an error
//     APUS_DISK_LASTS    1 where all calls that need room fail from then on
//     APUS_DISK_SYNCED   the folder for what was synced: contents/INODE is a file's content at its last fsync, folders/INODE has the
//                        entries of a folder at its last fsync, and kept/INODE keeps the inode's number from being used again
//     APUS_DISK_FORGETS  1 for a disk on which fsync does nothing
//     APUS_DISK_COUNT    the file that gets the number of calls when the program ends
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder, *synced, *count_file;
static long at;
static int error;
static bool kills, kills_after, lasts, forgets;
static long count;

static int (*real_open)(const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);

// A program that changes its title writes over the variables.
static const char *copy_of(const char *text) { return text ? strdup(text) : NULL; }

static void begin(void) {
    static bool begun;
    if (begun) return;
    begun = true;
    *(void **)&real_open = dlsym(RTLD_NEXT, "open");
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
    *(void **)&real_unlink = dlsym(RTLD_NEXT, "unlink");
    *(void **)&real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    folder = copy_of(getenv("APUS_DISK"));
    synced = copy_of(getenv("APUS_DISK_SYNCED"));
    count_file = copy_of(getenv("APUS_DISK_COUNT"));
    const char *text = getenv("APUS_DISK_AT");
    at = text ? atol(text) : 0;
    lasts = getenv("APUS_DISK_LASTS") != NULL;
    forgets = getenv("APUS_DISK_FORGETS") != NULL;
    text = getenv("APUS_DISK_DOES");
    kills = text && !strcmp(text, "kill");
    kills_after = text && !strcmp(text, "kill-after");
    error = text ? atoi(text) : 0;
}

__attribute__((constructor)) static void load(void) { begin(); }

__attribute__((destructor)) static void end(void) {
    if (!count_file) return;
    FILE *file = fopen(count_file, "w");
    if (!file) return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

static void stop(const char *what) {
    fprintf(stderr, "disk.c: can't %s: %s\n", what, strerror(errno));
    abort();
}

// Whether a path is the folder or lies in it. A path that begins elsewhere is one of the working folder's.
static bool is_inside(const char *path) {
    if (!folder) return false;
    char whole[2 * PATH_MAX];
    if (path[0] != '/') {
        if (!getcwd(whole, PATH_MAX)) return false;
        strcat(whole, "/");
        strncat(whole, path, PATH_MAX - 1);
        path = whole;
    }
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || path[length] == 0);
}

static bool path_of(int descriptor, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length >= 0 && is_inside(path);
}

static bool is_open_inside(int descriptor) {
    char path[PATH_MAX];
    return folder && path_of(descriptor, path);
}

// What is to happen instead of a call, or after it.
enum fate { goes_on, dies, dies_after, fails };

static enum fate next(bool needs_room) {
    long number = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    if (!at || number < at) return goes_on;
    if (number == at && kills) return dies;
    if (number == at && kills_after) return dies_after;
    if (!error || (number > at && !lasts)) return goes_on;
    return needs_room || error == EIO ? fails : goes_on;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// Does a call that gives a negative number where it fails, or what its fate is.
#define CALL(needs_room, call)                     \
    do {                                           \
        enum fate fate = next(needs_room);         \
        if (fate == dies) die();                   \
        if (fate == fails) { errno = error; return -1; } \
        __typeof__(call) result = call;            \
        if (fate == dies_after) die();             \
        return result;                             \
    } while (0)

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    begin();
    if (!(flags & (O_CREAT | O_TRUNC)) || !is_inside(path)) return real_open(path, flags, mode);
    CALL(true, real_open(path, flags, mode));
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

ssize_t write(int descriptor, const void *bytes, size_t size) {
    begin();
    if (!is_open_inside(descriptor)) return real_write(descriptor, bytes, size);
    enum fate fate = next(true);
    if (fate == goes_on) return real_write(descriptor, bytes, size);
    // A full disk takes some; so does one whose program dies.
    bool is_first = count == at;
    ssize_t some = fate == dies_after ? (ssize_t)size : is_first ? (ssize_t)size / 2 : 0;
    ssize_t written = some > 0 ? real_write(descriptor, bytes, some) : 0;
    if (fate != fails) die();
    if (written > 0 && lasts) return written;
    errno = error;
    return -1;
}

int ftruncate(int descriptor, off_t size) {
    begin();
    if (!is_open_inside(descriptor)) return real_ftruncate(descriptor, size);
    CALL(false, real_ftruncate(descriptor, size));
}

int rename(const char *old, const char *new) {
    begin();
    if (!is_inside(new)) return real_rename(old, new);
    CALL(true, real_rename(old, new));
}

int unlink(const char *path) {
    begin();
    if (!is_inside(path)) return real_unlink(path);
    CALL(false, real_unlink(path));
}

int mkdir(const char *path, mode_t mode) {
    begin();
    if (!is_inside(path)) return real_mkdir(path, mode);
    CALL(true, real_mkdir(path, mode));
}

// MARK: What was synced

static void copy_content(int from, const char *path) {
    char partial[PATH_MAX + 8], link[40], buffer[1 << 16];
    snprintf(partial, sizeof partial, "%s.new", path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", from);
    int source = real_open(link, O_RDONLY | O_CLOEXEC), copy = real_open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (source < 0 || copy < 0) stop("copy what was synced");
    ssize_t size;
    while ((size = read(source, buffer, sizeof buffer)) > 0)
        if (real_write(copy, buffer, size) != size) stop("copy what was synced");
    close(source);
    close(copy);
    if (real_rename(partial, path)) stop("keep what was synced");
}

static void copy_entries(int from, const char *path) {
    char partial[PATH_MAX + 8], link[40];
    snprintf(partial, sizeof partial, "%s.new", path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", from);
    DIR *entries = opendir(link);
    FILE *copy = fopen(partial, "w");
    if (!entries || !copy) stop("list what was synced");
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            fprintf(copy, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    closedir(entries);
    if (fclose(copy) || real_rename(partial, path)) stop("keep what was synced");
}

static int sync_file(int descriptor) {
    if (forgets) return 0;
    int result = real_fsync(descriptor);
    if (result || !synced) return result;
    struct stat status;
    if (fstat(descriptor, &status)) stop("examine what was synced");
    char path[PATH_MAX], link[40];
    unsigned long inode = status.st_ino;
    if (S_ISDIR(status.st_mode)) {
        snprintf(path, sizeof path, "%s/folders/%lu", synced, inode);
        copy_entries(descriptor, path);
        return 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    snprintf(path, sizeof path, "%s/kept/%lu", synced, inode);
    if (linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) && errno != EEXIST) stop("keep an inode");
    snprintf(path, sizeof path, "%s/contents/%lu", synced, inode);
    copy_content(descriptor, path);
    return 0;
}

int fsync(int descriptor) {
    begin();
    if (!is_open_inside(descriptor)) return real_fsync(descriptor);
    CALL(true, sync_file(descriptor));
}

int fdatasync(int descriptor) { return fsync(descriptor); }
