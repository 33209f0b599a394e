// One answer of LiteRT by its C interface: start_litert MODEL SAMPLE
//
// The wheel has the library and no headers: what is declared here is of LiteRT 2.x, as much of it as is needed. It runs
// on one thread unless it is told otherwise.

#include <string.h>

#include "start.h"

// An element type and the dimensions: as large as LiteRT's own, and passed on as it was given.
struct tensor_type {
    int32_t element;
    uint32_t rank;
    int32_t dimensions[8];
    uint32_t strides[8];
};

int LiteRtCreateEnvironment(int options, const void *option, void **environment);
int LiteRtCreateModelFromFile(void *environment, const char *path, void **model);
int LiteRtCreateOptions(void **options);
int LiteRtSetOptionsHardwareAccelerators(void *options, int accelerators);
int LiteRtCreateCompiledModel(void *environment, void *model, void *options, void **compiled);
int LiteRtGetModelSignature(void *model, size_t index, void **signature);
int LiteRtGetSignatureInputTensorByIndex(void *signature, size_t index, void **tensor);
int LiteRtGetSignatureOutputTensorByIndex(void *signature, size_t index, void **tensor);
int LiteRtGetRankedTensorType(void *tensor, struct tensor_type *type);
int LiteRtGetCompiledModelInputBufferRequirements(void *compiled, size_t signature, size_t index, void **requirements);
int LiteRtGetCompiledModelOutputBufferRequirements(void *compiled, size_t signature, size_t index, void **requirements);
int LiteRtCreateManagedTensorBufferFromRequirements(void *environment, const struct tensor_type *type,
                                                    void *requirements, void **buffer);
int LiteRtLockTensorBuffer(void *buffer, void **address, int mode);
int LiteRtUnlockTensorBuffer(void *buffer);
int LiteRtRunCompiledModel(void *compiled, size_t signature, size_t inputs, void **input, size_t outputs,
                           void **output);

enum { for_reading = 0, for_writing = 1, on_processor = 1 };

int main(int count, char **arguments) {
    check(count == 3, "arguments");
    void *environment, *model, *options, *compiled, *signature, *tensor, *needs, *input, *output, *address;
    struct tensor_type type;
    size_t elements;
    float *sample = read_sample(arguments[2], &elements);

    check(!LiteRtCreateEnvironment(0, NULL, &environment), "environment");
    check(!LiteRtCreateModelFromFile(environment, arguments[1], &model), "model");
    check(!LiteRtCreateOptions(&options) && !LiteRtSetOptionsHardwareAccelerators(options, on_processor), "options");
    check(!LiteRtCreateCompiledModel(environment, model, options, &compiled), "compile");

    check(!LiteRtGetModelSignature(model, 0, &signature), "signature");
    check(!LiteRtGetSignatureInputTensorByIndex(signature, 0, &tensor) && !LiteRtGetRankedTensorType(tensor, &type) &&
              !LiteRtGetCompiledModelInputBufferRequirements(compiled, 0, 0, &needs) &&
              !LiteRtCreateManagedTensorBufferFromRequirements(environment, &type, needs, &input) &&
              !LiteRtLockTensorBuffer(input, &address, for_writing),
          "input");
    memcpy(address, sample, elements * sizeof(float));
    check(!LiteRtUnlockTensorBuffer(input), "input");
    check(!LiteRtGetSignatureOutputTensorByIndex(signature, 0, &tensor) && !LiteRtGetRankedTensorType(tensor, &type) &&
              !LiteRtGetCompiledModelOutputBufferRequirements(compiled, 0, 0, &needs) &&
              !LiteRtCreateManagedTensorBufferFromRequirements(environment, &type, needs, &output),
          "output");
    check(!LiteRtRunCompiledModel(compiled, 0, 1, &input, 1, &output), "run");
    check(!LiteRtLockTensorBuffer(output, &address, for_reading), "answer");
    print_answer(address, 10);
    return 0;
}
