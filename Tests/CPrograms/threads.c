/*
 * Has many threads answer at once, each with a session of its own, and compares their answers with those of one thread. Then many
 * threads share one session: each call answers rightly or is refused.
 *
 *     threads PLAN THREADS RUNS
 */
#include <apus.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 4

static apus_plan *plan;
static apus_session *shared;
static size_t input_bytes, output_bytes;
static char *samples, *expected;
static int runs;

static void die(const char *what, apus_error *error) {
    fprintf(stderr, "%s: %s\n", what, apus_error_text(error));
    exit(1);
}

/* Answers sample by sample; returns how many calls were refused. */
static long answer(apus_session *session) {
    char *answers = malloc(output_bytes);
    long refused = 0;
    for (int run = 0; run < runs; run++) {
        int sample = run % SAMPLES;
        const void *inputs[] = {samples + sample * input_bytes};
        void *outputs[] = {answers};
        apus_error *error;
        apus_status status = apus_session_run(session, 1, inputs, outputs, &error);
        if (status == APUS_BUSY) {
            refused++;
            apus_error_free(error);
            continue;
        }
        if (status != APUS_OK) die("run", error);
        if (memcmp(answers, expected + sample * output_bytes, output_bytes) != 0) {
            fprintf(stderr, "run %d has another answer\n", run);
            exit(1);
        }
    }
    free(answers);
    return refused;
}

static void *answer_alone(void *unused) {
    apus_session *session;
    apus_error *error;
    long refused;
    (void)unused;
    if (apus_session_open(plan, NULL, &session, &error) != APUS_OK) die("open", error);
    refused = answer(session);
    apus_session_close(session);
    return (void *)refused;
}

static void *answer_together(void *unused) {
    (void)unused;
    return (void *)answer(shared);
}

/* Calls refused in all. */
static long race(int threads, void *(*work)(void *)) {
    pthread_t *list = malloc(threads * sizeof *list);
    long refused = 0;
    for (int index = 0; index < threads; index++)
        if (pthread_create(&list[index], NULL, work, NULL) != 0) exit(3);
    for (int index = 0; index < threads; index++) {
        void *result;
        pthread_join(list[index], &result);
        refused += (long)result;
    }
    free(list);
    return refused;
}

int main(int count, char **arguments) {
    apus_port input = {.size = sizeof input}, output = {.size = sizeof output};
    apus_error *error;
    const void *inputs[1];
    void *outputs[1];
    int threads;
    long refused;
    if (count != 4) return 64;
    threads = atoi(arguments[2]);
    runs = atoi(arguments[3]);
    if (apus_plan_open(arguments[1], NULL, &plan, &error) != APUS_OK) die("open", error);
    if (apus_plan_input(plan, 0, &input, &error) || apus_plan_output(plan, 0, &output, &error)) die("ports", error);
    input_bytes = input.sample_bytes;
    output_bytes = output.sample_bytes;
    samples = malloc(SAMPLES * input_bytes);
    expected = malloc(SAMPLES * output_bytes);
    for (size_t index = 0; index < SAMPLES * input_bytes / sizeof(float); index++)
        ((float *)samples)[index] = (float)(index * 7919 % 1000) / 1000;
    if (apus_session_open(plan, NULL, &shared, &error) != APUS_OK) die("open", error);
    inputs[0] = samples;
    outputs[0] = expected;
    if (apus_session_run(shared, SAMPLES, inputs, outputs, &error) != APUS_OK) die("run", error);

    printf("refused alone %ld\n", race(threads, answer_alone));
    refused = race(threads, answer_together);
    printf("refused together %s\n", refused < (long)threads * runs ? "not all" : "all");
    /* A plan that is closed stays for its sessions. */
    apus_plan_close(plan);
    printf("refused later %ld\n", answer(shared));
    apus_session_close(shared);
    free(samples);
    free(expected);
    return 0;
}
