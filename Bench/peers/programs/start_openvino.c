// One answer of OpenVINO by its C interface: start_openvino MODEL SAMPLE

#include <openvino/c/openvino.h>
#include <string.h>

#include "start.h"

int main(int count, char **arguments) {
    check(count == 3, "arguments");
    ov_core_t *core;
    ov_compiled_model_t *compiled;
    ov_infer_request_t *request;
    ov_tensor_t *input, *output;
    void *data;
    size_t elements;
    float *sample = read_sample(arguments[2], &elements);
    check(ov_core_create(&core) == OK, "core");
    check(ov_core_compile_model_from_file(core, arguments[1], "CPU", 6, &compiled, "PERFORMANCE_HINT", "LATENCY",
                                          "INFERENCE_NUM_THREADS", "1", "INFERENCE_PRECISION_HINT", "f32") == OK,
          "model");
    check(ov_compiled_model_create_infer_request(compiled, &request) == OK, "request");
    check(ov_infer_request_get_input_tensor(request, &input) == OK && ov_tensor_data(input, &data) == OK, "input");
    memcpy(data, sample, elements * sizeof(float));
    check(ov_infer_request_infer(request) == OK, "run");
    check(ov_infer_request_get_output_tensor(request, &output) == OK && ov_tensor_data(output, &data) == OK, "output");
    print_answer(data, 10);
    return 0;
}
