/*
 * Runs a plan again and again; prints how many allocations a run made, how much the process grew, and the nanoseconds of a run in
 * the quickest of many rounds. Then opens and closes plans and sessions, with errors between, and prints how much that grew.
 *
 *     repeat PLAN RUNS
 */
#define _GNU_SOURCE
#include <apus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static unsigned long allocations;

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
    allocations++;
    return __libc_calloc(number, size);
}
void *realloc(void *block, size_t size) {
    allocations++;
    return __libc_realloc(block, size);
}
int posix_memalign(void **block, size_t alignment, size_t size) {
    allocations++;
    *block = __libc_memalign(alignment, size);
    return *block == NULL;
}
void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

/* Pages of the process's own, without those of files that come in as their code is run. */
static long own_pages(void) {
    long total = 0, resident = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld %ld", &total, &resident, &shared) != 3) exit(3);
    fclose(file);
    return resident - shared;
}

static double nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void die(apus_error *error) {
    fprintf(stderr, "%s\n", apus_error_text(error));
    exit(1);
}

int main(int count, char **arguments) {
    apus_plan *plan;
    apus_session *session;
    apus_error *error;
    apus_port input = {.size = sizeof input}, output = {.size = sizeof output};
    const int rounds = 100;
    double quickest = 1e18;
    long pages, runs;
    unsigned long before;
    if (count != 3) return 64;
    runs = atol(arguments[2]);
    if (apus_plan_open(arguments[1], NULL, &plan, &error) || apus_session_open(plan, NULL, &session, &error)) die(error);
    if (apus_plan_input(plan, 0, &input, &error) || apus_plan_output(plan, 0, &output, &error)) die(error);
    void *sample = calloc(1, input.sample_bytes), *answer = calloc(1, output.sample_bytes);
    const void *inputs[] = {sample};
    void *outputs[] = {answer};
    for (int run = 0; run < 1000; run++)
        if (apus_session_run(session, 1, inputs, outputs, &error)) die(error);

    pages = own_pages();
    before = allocations;
    for (int round = 0; round < rounds; round++) {
        double start = nanoseconds(), time;
        for (long run = 0; run < runs / rounds; run++)
            if (apus_session_run(session, 1, inputs, outputs, &error)) die(error);
        time = (nanoseconds() - start) / (double)(runs / rounds);
        if (time < quickest) quickest = time;
    }
    printf("allocations %lu\n", allocations - before);
    printf("pages %ld\n", own_pages() - pages);
    printf("nanoseconds %.1f\n", quickest);
    apus_session_close(session);
    apus_plan_close(plan);

    for (int round = 0; round < 600; round++) {
        /* What the allocator keeps is there after some rounds. */
        if (round == 300) pages = own_pages();
        if (apus_plan_open(arguments[1], NULL, &plan, &error)) die(error);
        if (apus_session_open(plan, NULL, &session, &error)) die(error);
        if (apus_session_run(session, 1, inputs, outputs, &error)) die(error);
        if (apus_session_run(session, 0, inputs, outputs, &error) == APUS_OK) return 3;
        apus_error_free(error);
        apus_plan_close(plan);
        apus_session_close(session);
        if (apus_plan_open("/nowhere", NULL, &plan, &error) == APUS_OK) return 3;
        apus_error_free(error);
    }
    printf("pages of opening %ld\n", own_pages() - pages);
    free(sample);
    free(answer);
    return 0;
}
