// One answer of ONNX Runtime by its C interface: start_onnxruntime MODEL SAMPLE INPUT OUTPUT

#include "onnxruntime.h"
#include "start.h"

int main(int count, char **arguments) {
    check(count == 5, "arguments");
    void *const *table = OrtGetApiBase()->table(version);
    void *environment, *options, *session, *memory, *input, *output = NULL;
    size_t elements;
    float *sample = read_sample(arguments[2], &elements);

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
    void *(*data)(void *, void **) = table[tensor_data];

    check(!make_environment(warning, "start", &environment), "environment");
    check(!make_options(&options) && !set(options, all_optimizations) && !set_threads(options, 1), "options");
    check(!make_session(environment, arguments[1], options, &session), "session");
    check(!make_memory(0, 0, &memory), "memory");
    const int64_t shape[4] = {1, 1, 28, 28};
    check(!make_tensor(memory, sample, elements * sizeof(float), shape, 4, type_float, &input), "input");
    const char *const input_name = arguments[3], *const output_name = arguments[4];
    check(!answer(session, NULL, &input_name, &input, 1, &output_name, 1, &output), "run");
    void *values;
    check(!data(output, &values), "output");
    print_answer(values, 10);
    return 0;
}
