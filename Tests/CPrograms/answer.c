/*
 * Answers the samples on standard input: those of each input one after the other, for all samples of a batch. Writes the outputs
 * likewise.
 *
 *     answer FILE BATCH [--until VALUE] [--set NAME=NUMBER] [--compile-batch N] [--target T] [--threads N] [--pin] [--limit BYTES]
 *            [--weights FILE] [--random-weights] [--open-batch] [--direct] [--approximate] [--memory] [--bound] [--encoded]
 *            [--write FILE]
 */
#include <apus.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_LIMIT 8

static apus_error *error;

/* Ends the program where a call failed that was given the address of `error`. */
static void check(apus_status status) {
    if (status == APUS_OK) return;
    if (apus_error_status(error) != status) fprintf(stderr, "another status ");
    fprintf(stderr, "%" PRId32 " %s\n", status, apus_error_text(error));
    apus_error_free(error);
    exit(1);
}

static void *need(void *memory) {
    if (memory == NULL) exit(3);
    return memory;
}

static void *read_file(const char *path, size_t *count) {
    FILE *file = need(fopen(path, "rb"));
    char *bytes = NULL;
    size_t room = 0, got;
    *count = 0;
    do {
        if (*count == room) bytes = need(realloc(bytes, room = 2 * room + 4096));
        got = fread(bytes + *count, 1, room - *count, file);
        *count += got;
    } while (got > 0);
    fclose(file);
    return bytes;
}

static size_t bytes_of(const apus_port *port, int64_t batch) {
    return port->is_shared ? port->sample_bytes : (size_t)batch * port->sample_bytes;
}

int main(int count, char **arguments) {
    apus_plan_options options = {.size = sizeof options};
    apus_session_options session_options = {.size = sizeof session_options};
    const char *until[LIST_LIMIT], *written = NULL;
    apus_setting settings[LIST_LIMIT];
    int in_memory = 0, bound = 0, encoded = 0;
    apus_plan *plan;
    apus_session *session;
    void *inputs[LIST_LIMIT], *outputs[LIST_LIMIT];
    int64_t batch;

    if (count < 3) return 64;
    batch = atoll(arguments[2]);
    options.until = until;
    options.settings = settings;
    for (int index = 3; index < count; index++) {
        const char *name = arguments[index];
        if (strcmp(name, "--pin") == 0) session_options.is_pinned = 1;
        else if (strcmp(name, "--random-weights") == 0) options.random_weights = 1;
        else if (strcmp(name, "--open-batch") == 0) options.opens_batch = 1;
        else if (strcmp(name, "--direct") == 0) options.convolutions = APUS_CONVOLUTIONS_DIRECT;
        else if (strcmp(name, "--approximate") == 0) options.convolutions = APUS_CONVOLUTIONS_APPROXIMATE;
        else if (strcmp(name, "--memory") == 0) in_memory = 1;
        else if (strcmp(name, "--bound") == 0) bound = 1;
        else if (strcmp(name, "--encoded") == 0) encoded = 1;
        else if (index + 1 == count) return 64;
        else {
            char *value = arguments[++index];
            if (strcmp(name, "--until") == 0) until[options.until_count++] = value;
            else if (strcmp(name, "--set") == 0) {
                char *equals = strchr(value, '=');
                *equals = 0;
                settings[options.setting_count].name = value;
                settings[options.setting_count++].value = atoll(equals + 1);
            } else if (strcmp(name, "--compile-batch") == 0) options.batch = atoll(value);
            else if (strcmp(name, "--target") == 0) options.target = value;
            else if (strcmp(name, "--threads") == 0) session_options.threads = atoi(value);
            else if (strcmp(name, "--limit") == 0) options.activation_limit = atoll(value);
            else if (strcmp(name, "--weights") == 0) options.weights = value;
            else if (strcmp(name, "--write") == 0) written = value;
            else return 64;
        }
    }

    if (in_memory) {
        size_t size;
        void *bytes = read_file(arguments[1], &size);
        check(apus_plan_open_bytes(bytes, size, arguments[1], &options, &plan, &error));
        free(bytes);
    } else {
        check(apus_plan_open(arguments[1], &options, &plan, &error));
    }
    if (encoded) {
        apus_plan *copy;
        void *bytes;
        size_t size;
        check(apus_plan_encode(plan, &bytes, &size, &error));
        apus_plan_close(plan);
        check(apus_plan_open_bytes(bytes, size, NULL, NULL, &copy, &error));
        apus_bytes_free(bytes);
        plan = copy;
    }
    if (written != NULL) check(apus_plan_write(plan, written, &error));

    check(apus_session_open(plan, &session_options, &session, &error));
    for (size_t index = 0; index < apus_plan_input_count(plan); index++) {
        apus_port port = {.size = sizeof port};
        check(apus_plan_input(plan, index, &port, &error));
        inputs[index] = need(malloc(bytes_of(&port, batch)));
        if (fread(inputs[index], bytes_of(&port, batch), 1, stdin) != 1) return 3;
        if (bound)
            check(apus_session_bind_input(session, port.name, inputs[index], bytes_of(&port, batch), &error));
    }
    for (size_t index = 0; index < apus_plan_output_count(plan); index++) {
        apus_port port = {.size = sizeof port};
        check(apus_plan_output(plan, index, &port, &error));
        outputs[index] = need(malloc(bytes_of(&port, batch)));
        if (bound)
            check(apus_session_bind_output(session, port.name, outputs[index], bytes_of(&port, batch), &error));
    }
    if (bound) check(apus_session_run_bound(session, batch, &error));
    else check(apus_session_run(session, batch, (const void *const *)inputs, outputs, &error));
    for (size_t index = 0; index < apus_plan_output_count(plan); index++) {
        apus_port port = {.size = sizeof port};
        check(apus_plan_output(plan, index, &port, &error));
        fwrite(outputs[index], bytes_of(&port, batch), 1, stdout);
        free(outputs[index]);
    }
    for (size_t index = 0; index < apus_plan_input_count(plan); index++) free(inputs[index]);
    apus_session_close(session);
    apus_plan_close(plan);
    return 0;
}
