// What programs call of ONNX Runtime's C interface.

#include <stddef.h>
#include <stdint.h>

// OrtApiBase begins with the function that gives the table of functions, OrtApi, of a version of the interface; the
// table only ever grows at its end (onnxruntime_c_api.h).
struct base {
    void *const *(*table)(uint32_t version);
};
extern const struct base *OrtGetApiBase(void);

enum {
    error_message = 2, create_env = 3, create_session = 7, run = 9, create_options = 10, set_optimization_level = 23,
    set_intra_threads = 24, create_tensor_with_data = 49, tensor_data = 51, create_cpu_memory_info = 69,
    release_value = 96
};
enum { version = 17, warning = 2, all_optimizations = 99, type_float = 1 };
