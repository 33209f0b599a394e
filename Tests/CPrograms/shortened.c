/*
 * Runs a plan of one input and one output, cuts its file short, runs it again, and prints what became of that run.
 *
 *     shortened PLAN [--uncaught]
 */
#define _GNU_SOURCE
#include <apus.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
    apus_plan *plan = NULL;
    apus_session *session = NULL;
    apus_error *error = NULL;
    if (count == 2) apus_catch_shortened_files();
    if (apus_plan_open(arguments[1], NULL, &plan, &error) || apus_session_open(plan, NULL, &session, &error)) {
        fprintf(stderr, "%s\n", apus_error_text(error));
        return 1;
    }
    apus_port input = {.size = sizeof input}, output = {.size = sizeof output};
    if (apus_plan_input(plan, 0, &input, NULL) || apus_plan_output(plan, 0, &output, NULL)) return 1;
    const void *inputs[] = {calloc(1, input.sample_bytes)};
    void *outputs[] = {calloc(1, output.sample_bytes)};
    if (apus_session_run(session, 1, inputs, outputs, NULL)) return 1;
    if (truncate(arguments[1], 1 << 16)) return 1;
    apus_status status = apus_session_run(session, 1, inputs, outputs, &error);
    printf("%d %s\n", status, apus_error_text(error));
    apus_error_free(error);
    apus_session_close(session);
    apus_plan_close(plan);
    return 0;
}
