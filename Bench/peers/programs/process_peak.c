// Measures a whole process: process_peak FILE PROGRAM ARGUMENT...
//
// Runs the program with our inputs and outputs, and writes into the file the nanoseconds from its start to its end and
// its largest resident size in bytes. Ends as the program does. A process's largest size counts that of the one that
// started it, so this one is small.

#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int arguments, char **argument) {
    if (arguments < 3) {
        fprintf(stderr, "usage: process_peak FILE PROGRAM ARGUMENT...\n");
        return 64;
    }
    pid_t process;
    int status;
    struct rusage usage;
    int64_t start = now();
    if (posix_spawn(&process, argument[2], NULL, NULL, argument + 2, environ) != 0) {
        fprintf(stderr, "can't start %s\n", argument[2]);
        return 1;
    }
    if (wait4(process, &status, 0, &usage) < 0) return 1;
    int64_t end = now();
    FILE *file = fopen(argument[1], "w");
    if (file == NULL) {
        fprintf(stderr, "can't write %s\n", argument[1]);
        return 1;
    }
    fprintf(file, "%lld %lld\n", (long long)(end - start), (long long)usage.ru_maxrss * 1024);
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
