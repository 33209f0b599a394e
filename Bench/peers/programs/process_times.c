// Times whole processes: process_times COUNT PROGRAM ARGUMENT...
//
// Starts the program so often, one after the other, its outputs being /dev/null, and prints the median and the least
// time from its start to its end in nanoseconds. It must end with 0.

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int arguments, char **argument) {
    enum { most = 1000 };
    int64_t times[most];
    int count = arguments > 2 ? atoi(argument[1]) : 0;
    if (count < 1 || count > most) {
        fprintf(stderr, "usage: process_times COUNT PROGRAM ARGUMENT..., with a count from 1 to %d\n", (int)most);
        return 64;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    for (int index = 0; index < count; index++) {
        pid_t process;
        int status;
        int64_t start = now();
        if (posix_spawn(&process, argument[2], &actions, NULL, argument + 2, environ) != 0) {
            fprintf(stderr, "can't start %s\n", argument[2]);
            return 1;
        }
        if (waitpid(process, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "%s failed\n", argument[2]);
            return 1;
        }
        times[index] = now() - start;
    }
    qsort(times, (size_t)count, sizeof *times, ascending);
    printf("%lld %lld\n", (long long)times[count / 2], (long long)times[0]);
    return 0;
}
