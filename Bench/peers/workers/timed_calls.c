// Times calls of a C function without Python between them.

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

typedef void *(*function8)(void *, void *, void *, void *, void *, void *, void *, void *);

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Calls the function for so long, or until it gives something but zero, with pointers or whole numbers as arguments;
// those that it doesn't take are passed in vain, as the calling conventions of x86-64 and arm64 allow. What it gives is
// an int or a pointer: the lower half says whether it is zero.
//
// result: calls, the least and the median time of one in nanoseconds, and the lower half of what the last one gave.
void timed_calls(function8 function, void *const arguments[8], int64_t nanoseconds, int64_t result[4]) {
    enum { most = 1 << 20 };
    int64_t *times = malloc(most * sizeof *times);
    int64_t count = 0, start = now(), end = start + nanoseconds;
    uint32_t answer = 0;
    if (times == NULL) {
        result[0] = 0;
        return;
    }
    do {
        answer = (uint32_t)(uintptr_t)function(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                                               arguments[5], arguments[6], arguments[7]);
        int64_t stop = now();
        times[count++] = stop - start;
        start = stop;
    } while (answer == 0 && start < end && count < most);
    qsort(times, (size_t)count, sizeof *times, ascending);
    result[0] = count;
    result[1] = times[0];
    result[2] = times[count / 2];
    result[3] = answer;
    free(times);
}
