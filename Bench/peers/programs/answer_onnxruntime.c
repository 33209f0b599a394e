// One answer of ONNX Runtime by its C interface, to an array for each input:
//
//     answer_onnxruntime MODEL INPUTS [NAME TYPE SHAPE FILE]... [OUTPUT]...
//
// INPUTS is how many there are; a TYPE is a number of ONNXTensorElementDataType, a SHAPE is like 1x3x224x224 and empty
// for a single number.

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "onnxruntime.h"

enum { most_ports = 64, most_dimensions = 8 };

static void fail(const char *what) {
    fprintf(stderr, "fails: %s\n", what);
    exit(1);
}

static void *read_file(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(path);
    *bytes = (size_t)ftell(file);
    rewind(file);
    void *memory = aligned_alloc(64, (*bytes + 64) / 64 * 64);
    if (memory == NULL || fread(memory, 1, *bytes, file) != *bytes) fail(path);
    fclose(file);
    return memory;
}

static size_t read_shape(const char *text, int64_t *shape) {
    size_t rank = 0;
    for (char *rest; *text != 0 && rank < most_dimensions; text = *rest == 'x' ? rest + 1 : rest) {
        shape[rank++] = strtoll(text, &rest, 10);
        if (rest == text) fail("shape");
    }
    return rank;
}

int main(int count, char **arguments) {
    int inputs = count > 2 ? atoi(arguments[2]) : -1, outputs = count - 3 - 4 * inputs;
    if (inputs < 0 || inputs > most_ports || outputs < 1 || outputs > most_ports) fail("arguments");
    void *const *table = OrtGetApiBase()->table(version);
    void *(*make_environment)(int, const char *, void **) = table[create_env];
    void *(*make_options)(void **) = table[create_options];
    void *(*set)(void *, int) = table[set_optimization_level];
    void *(*set_threads)(void *, int) = table[set_intra_threads];
    void *(*make_session)(void *, const char *, void *, void **) = table[create_session];
    void *(*make_memory)(int, int, void **) = table[create_cpu_memory_info];
    void *(*make_tensor)(void *, void *, size_t, const int64_t *, size_t, int, void **) =
        table[create_tensor_with_data];
    void *(*answer)(void *, void *, const char *const *, void *const *, size_t, const char *const *, size_t, void **) =
        table[run];
    const char *(*message)(void *) = table[error_message];

    void *environment, *options, *session, *memory, *error;
    if (make_environment(warning, "answer", &environment)) fail("environment");
    if (make_options(&options) || set(options, all_optimizations) || set_threads(options, 1)) fail("options");
    if ((error = make_session(environment, arguments[1], options, &session))) fail(message(error));
    if (make_memory(0, 0, &memory)) fail("memory");
    const char *names[most_ports];
    void *values[most_ports], *answers[most_ports] = {NULL};
    for (int index = 0; index < inputs; index++) {
        char **input = arguments + 3 + 4 * index;
        int64_t shape[most_dimensions];
        size_t bytes, rank = read_shape(input[2], shape);
        void *elements = read_file(input[3], &bytes);
        names[index] = input[0];
        error = make_tensor(memory, elements, bytes, shape, rank, atoi(input[1]), &values[index]);
        if (error) fail(message(error));
    }
    const char *const *output_names = (const char *const *)arguments + 3 + 4 * inputs;
    error = answer(
        session, NULL, names, values, (size_t)inputs, output_names, (size_t)outputs, answers);
    if (error) fail(message(error));
    // What a runtime would tidy up is left to the system, as nobody waits for it.
    _exit(0);
}
