/*
 * apus.h - neural networks whose shapes are known before they run, for C.
 *
 *     apus_plan *plan = NULL;
 *     apus_session *session = NULL;
 *     apus_error *error = NULL;
 *     if (apus_plan_open("digits.plan", NULL, &plan, &error) || apus_session_open(plan, NULL, &session, &error)) {
 *         fprintf(stderr, "%s\n", apus_error_text(error));
 *         apus_error_free(error);
 *         return 1;
 *     }
 *     float image[1 * 28 * 28] = {0}, scores[10];
 *     const void *inputs[] = {image};
 *     void *outputs[] = {scores};
 *     apus_session_run(session, 1, inputs, outputs, &error);
 *     apus_session_close(session);
 *     apus_plan_close(plan);
 *
 * A *plan* is a network that was compiled for one instruction set: its weights and what is done with them. A *session* is the
 * memory and the threads that run a plan. Build with `pkg-config --cflags --libs apus`.
 *
 * Threads
 *     A plan doesn't change: any number of threads may use it at once. A session belongs to one call at a time: a program that
 *     answers from several threads opens a session for each, and these share the plan's weights. A second call while one is under
 *     way is refused with APUS_BUSY. Different sessions know nothing of each other. Threads of a session don't outlive a
 *     fork(): open sessions in the process that runs them.
 *
 * Memory
 *     What apus_..._open returns belongs to the caller, who closes it. A plan may be closed before its sessions: what they need
 *     stays until the last of them is closed. Texts and shapes that a plan gives belong to it, and are there until it is closed.
 *     Texts are UTF-8 and end with a zero. Nothing that is passed to a function need outlive the call, but for the memory that
 *     is bound to a session.
 *
 * Errors
 *     What can fail returns APUS_OK, which is 0, or says what kind of failure it was. Where `error` is not NULL, `*error`
 *     becomes an object with the text, which the caller frees; after APUS_OK it becomes NULL. There is no other place where
 *     errors are kept, so threads don't disturb each other. Where a function fails, its other results are set to NULL or 0. Null
 *     pointers and numbers that are out of range are errors like others, and end no program.
 *
 * Growth
 *     Structures begin with their size in bytes, which the caller sets: `apus_plan_options options = {.size = sizeof options};`. A library
 *     of another version then knows which fields there are. Fields that are zero have their defaults. Numbers of constants keep
 *     their meaning; new ones come at the end. As long as APUS_ABI_VERSION stays, programs needn't be built again.
 */
#ifndef APUS_H
#define APUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---- */

#define APUS_VERSION_MAJOR 0
#define APUS_VERSION_MINOR 1
#define APUS_VERSION_PATCH 0
/* The number in the library's name: libapus.so.0. */
#define APUS_ABI_VERSION 0

/* The version of the library that is loaded: major * 1000000 + minor * 1000 + patch. */
uint32_t apus_version(void);

/* The same as a text, "0.1.0". It is there for ever. */
const char *apus_version_text(void);

/* ---- Errors ---- */

/* What became of a call. */
typedef int32_t apus_status;
enum {
    APUS_OK = 0,
    /*
     * A null pointer, an index or a number out of range, a structure of an unknown size, an option that doesn't go with the
     * file.
     */
    APUS_INVALID_ARGUMENT = 1,
    /* The system can't read or write the file. */
    APUS_FILE_ERROR = 2,
    /* The bytes are no plan, model, ONNX file or spec, or a damaged one, or one of another version. */
    APUS_INVALID_MODEL = 3,
    /*
     * The model is right, and can't be compiled: an operator or a size that isn't known, weights that are missing, a memory
     * limit.
     */
    APUS_UNSUPPORTED_MODEL = 4,
    /* The plan is for another instruction set than this processor has. */
    APUS_WRONG_TARGET = 5,
    /* There is no input, output or value of that name, or no dimension of an ONNX file. */
    APUS_UNKNOWN_NAME = 6,
    /* The system has no memory for it. */
    APUS_OUT_OF_MEMORY = 7,
    /* The system makes no further thread. */
    APUS_NO_THREAD = 8,
    /* The session is in use by another thread. */
    APUS_BUSY = 9
};

/* Why a call failed. It may be handed from thread to thread. */
typedef struct apus_error apus_error;

/* What kind of failure it was; APUS_OK for NULL. */
apus_status apus_error_status(const apus_error *error);

/*
 * What is wrong, where, and what to do about it: a sentence, or some lines where a model has several errors. It ends without a
 * newline and is there until the error is freed. "" for NULL.
 */
const char *apus_error_text(const apus_error *error);

/* Frees an error; does nothing for NULL. */
void apus_error_free(apus_error *error);

/* ---- Instruction sets ---- */

/* How many targets this processor runs: one at least. */
size_t apus_target_count(void);

/*
 * The name of one of them, best first: "x86-64-v4", "x86-64-v3", "x86-64", or "arm64". NULL where there is no such. It is there
 * for ever.
 */
const char *apus_target(size_t index);

/* ---- Files that are cut short ---- */

/*
 * From now on, where somebody cuts a plan's file short while the plan is in use, zeros are read in place of what is gone, and the run
 * fails with APUS_FILE_ERROR when it is done. Without this call the system ends the process by SIGBUS. The process gets a handler of
 * that signal, which a library should not set by itself: one that is no matter of a plan goes to the handler that was there before.
 * Call it once, at the program's start.
 */
void apus_catch_shortened_files(void);

/* ---- Plans ---- */

/* A network that was compiled. */
typedef struct apus_plan apus_plan;

/* Which algorithms convolutions may be computed by. */
enum {
    /* All whose rounding errors are no larger than the definition's. */
    APUS_CONVOLUTIONS_EXACT = 0,
    /* The definition alone. */
    APUS_CONVOLUTIONS_DIRECT = 1,
    /* Quicker ones too, with up to three times the definition's rounding errors. */
    APUS_CONVOLUTIONS_APPROXIMATE = 2
};

/* A name and the number that it is given. */
typedef struct apus_setting {
    const char *name;
    int64_t value;
} apus_setting;

/*
 * How a file is opened. All but the size may be zero. They say how a model (.apus), an ONNX file or a spec is compiled. A plan was
 * compiled already: its batch is not looked at, the target must be the plan's, and any other option is an error
 * (APUS_INVALID_ARGUMENT).
 */
typedef struct apus_plan_options {
    /* sizeof(apus_plan_options). */
    size_t size;
    /*
     * The target to compile for, one of apus_target's. NULL: what the environment variable APUS_TARGET says, or the processor's
     * best.
     */
    const char *target;
    /*
     * Samples that are going to be run at once; 0: 1. Plans whose samples don't depend on each other run any batch, and are
     * compiled with this one in mind. A model that mixes the samples of a batch is compiled for exactly this one.
     */
    int64_t batch;
    /* Names of the values that are answered in place of the model's outputs, in this order. */
    const char *const *until;
    size_t until_count;
    /* Numbers for the symbols of dimensions, as T = 100: those that an ONNX file names, and the settings of a spec. */
    const apus_setting *settings;
    size_t setting_count;
    /* Bytes that the activations of a thread may have; 0: what is quickest. With less, slower algorithms are taken. */
    int64_t activation_limit;
    /* One of APUS_CONVOLUTIONS_... */
    int32_t convolutions;
    /* Not 0: of an ONNX file, the first dimension of its inputs, a 1, stands for the batch. */
    int32_t opens_batch;
    /*
     * The file with the weights of a spec, which has none, or with others for a model: safetensors (.safetensors), ONNX (.onnx) or
     * a model (.apus). They are taken by the parameters' names. NULL: none.
     */
    const char *weights;
    /* Not 0: weights that are missing are made up, always the same ones. 0: they are an error. */
    int32_t random_weights;
    int32_t reserved;
} apus_plan_options;

/*
 * Opens a plan (.plan), or compiles a model (.apus), an ONNX file (.onnx) or a spec (.graph). The first bytes say which it is.
 *
 * A plan is mapped and not read: several processes with it share its weights. Whoever replaces the file renames another one to its
 * name, as apus_plan_write does, and doesn't write into it: reading what was cut off ends a process by SIGBUS.
 *
 * options: NULL for the defaults.
 * plan: becomes the plan, which the caller closes.
 */
apus_status apus_plan_open(const char *path, const apus_plan_options *options, apus_plan **plan, apus_error **error);

/*
 * As apus_plan_open, of bytes in memory, which are copied.
 *
 * name: what errors call it; NULL: "the model". ONNX files with their weights in other files look for these in this path's folder.
 */
apus_status apus_plan_open_bytes(
    const void *bytes, size_t count, const char *name, const apus_plan_options *options, apus_plan **plan,
    apus_error **error);

/* Writes the plan's file, which apus_plan_open maps without compiling anything. It appears whole, or not at all. */
apus_status apus_plan_write(const apus_plan *plan, const char *path, apus_error **error);

/*
 * The bytes of the plan's file, for apus_plan_open_bytes of this or another process.
 *
 * bytes: becomes their address; the caller frees them by apus_bytes_free.
 */
apus_status apus_plan_encode(const apus_plan *plan, void **bytes, size_t *count, apus_error **error);

/* Frees what apus_plan_encode gave; does nothing for NULL. */
void apus_bytes_free(void *bytes);

/* Closes a plan; does nothing for NULL. Its sessions go on. */
void apus_plan_close(apus_plan *plan);

/* The name of the network; NULL for NULL. */
const char *apus_plan_name(const apus_plan *plan);

/* The target that it was compiled for; NULL for NULL. */
const char *apus_plan_target(const apus_plan *plan);

/* The largest batch that is run at once: 1 where nothing of the plan has a batch. 0 for NULL. */
int64_t apus_plan_batch_limit(const apus_plan *plan);

/* Multiply-adds for one sample; 0 for NULL. */
int64_t apus_plan_multiply_adds(const apus_plan *plan);

/* Bytes of the weights, which all sessions share; 0 for NULL. */
int64_t apus_plan_constant_bytes(const apus_plan *plan);

/* Bytes of activations that a session has for each of its threads; 0 for NULL. */
int64_t apus_plan_activation_bytes(const apus_plan *plan);

/* The names of the classes, where the model has them, in the order of the output. NULL where there is no such. */
size_t apus_plan_label_count(const apus_plan *plan);
const char *apus_plan_label(const apus_plan *plan, size_t index);

/*
 * How the model wants its input prepared: fields such as "mean" and "std" with their values, as the training noted them. Nothing is
 * prepared by the library: sessions take the numbers as they are. NULL where there is no such.
 */
size_t apus_plan_preparation_count(const apus_plan *plan);
const char *apus_plan_preparation_name(const apus_plan *plan, size_t index);
const char *apus_plan_preparation_value(const apus_plan *plan, size_t index);

/* ---- Ports: inputs and outputs ---- */

/* What an element is, in the byte order of the machine. */
typedef int32_t apus_element_type;
enum {
    APUS_F32 = 1,
    /* IEEE 754 half precision. */
    APUS_F16 = 2,
    /* The upper half of an f32. */
    APUS_BF16 = 3,
    APUS_F64 = 4,
    APUS_I8 = 5,
    APUS_U8 = 6,
    APUS_I16 = 7,
    APUS_U16 = 8,
    APUS_I32 = 9,
    APUS_U32 = 10,
    APUS_I64 = 11,
    APUS_U64 = 12,
    /* A byte that is 1 or 0. */
    APUS_BOOL = 13
};

/* Bytes of an element; 0 for what is no element type. */
size_t apus_element_size(apus_element_type type);

/* Its name, "f32"; NULL for what is no element type. It is there for ever. */
const char *apus_element_name(apus_element_type type);

/* What the numbers of an output are, as far as the network tells. */
enum {
    /* Nothing is known of them; where they are scores of classes, the largest is the best. */
    APUS_NUMBERS = 0,
    /* Probabilities of classes, which add up to 1. */
    APUS_PROBABILITIES = 1,
    /* The logarithms of such probabilities. */
    APUS_LOG_PROBABILITIES = 2,
    /* Probabilities, each by itself. */
    APUS_INDEPENDENT_PROBABILITIES = 3
};

/* The largest number of dimensions that a sample has. */
#define APUS_RANK_LIMIT 8

/*
 * An input or output: samples one after the other, row-major and without gaps. What all samples have in common is there
 * once, however many samples there are.
 */
typedef struct apus_port {
    /* sizeof(apus_port), set by the caller. */
    size_t size;
    const char *name;
    /* The type as the language writes it: "f32[N, 1, 28, 28]", where N is the batch. */
    const char *type;
    /* The dimensions that a sample has, without the batch: `rank` of them, which may be 0. The plan's. */
    const int64_t *shape;
    int32_t rank;
    apus_element_type element_type;
    /* 1 where all samples have it in common, else 0. */
    int32_t is_shared;
    /* Of an output: APUS_NUMBERS, APUS_PROBABILITIES, ... */
    int32_t meaning;
    /* Elements of a sample, and its bytes. A batch has as many times that, unless the port is shared. */
    size_t sample_elements;
    size_t sample_bytes;
} apus_port;

size_t apus_plan_input_count(const apus_plan *plan);
size_t apus_plan_output_count(const apus_plan *plan);

/* Fills in what is known of an input or output. */
apus_status apus_plan_input(const apus_plan *plan, size_t index, apus_port *port, apus_error **error);
apus_status apus_plan_output(const apus_plan *plan, size_t index, apus_port *port, apus_error **error);

/* The index of the input or output that has a name, and what is known of it, where `port` is not NULL. */
apus_status apus_plan_find_input(
    const apus_plan *plan, const char *name, size_t *index, apus_port *port, apus_error **error);
apus_status apus_plan_find_output(
    const apus_plan *plan, const char *name, size_t *index, apus_port *port, apus_error **error);

/* ---- Sessions ---- */

/* The memory and the threads that run a plan. */
typedef struct apus_session apus_session;

/* How a session is made. All but the size may be zero. */
typedef struct apus_session_options {
    /* sizeof(apus_session_options). */
    size_t size;
    /* Threads that work on a batch, the caller's among them; 0: 1. At most 256. Answers don't depend on it. */
    int32_t threads;
    /* Not 0: each thread has a processor of its own, the caller's too. For a machine that does nothing else. */
    int32_t is_pinned;
} apus_session_options;

/*
 * Makes a session of a plan. Everything is allocated here: a run allocates nothing.
 *
 * options: NULL for the defaults.
 * session: becomes the session, which the caller closes.
 */
apus_status apus_session_open(
    const apus_plan *plan, const apus_session_options *options, apus_session **session, apus_error **error);

/* Closes a session, which must not be running; does nothing for NULL. */
void apus_session_close(apus_session *session);

/*
 * Answers a batch. No memory is allocated and nothing is copied: kernels read and write where the caller has the samples.
 *
 * batch: samples, from 1 to the plan's limit.
 * inputs, outputs: for each input and output of the plan, by its index, the address of its elements: `batch * sample_bytes` bytes,
 *     or `sample_bytes` where the port is shared. Addresses are multiples of the element's size; outputs overlap nothing else. NULL
 *     is only for ports whose samples have no elements, and for the whole array where there are no such ports.
 */
apus_status apus_session_run(
    apus_session *session, int64_t batch, const void *const *inputs, void *const *outputs, apus_error **error);

/*
 * Says where the samples of an input are, or where those of an output are to be written, for apus_session_run_bound. The memory
 * stays the caller's, and must be there until something else is bound, or for as long as the session runs.
 *
 * count: its bytes, of which there may be more than a batch needs.
 */
apus_status apus_session_bind_input(
    apus_session *session, const char *name, const void *bytes, size_t count, apus_error **error);
apus_status apus_session_bind_output(
    apus_session *session, const char *name, void *bytes, size_t count, apus_error **error);

/*
 * Answers a batch as apus_session_run does, on the memory that is bound. Every input and output needs some, and enough for the
 * batch.
 */
apus_status apus_session_run_bound(apus_session *session, int64_t batch, apus_error **error);

/* Threads that work on a batch; 0 for NULL. */
int32_t apus_session_threads(const apus_session *session);

#ifdef __cplusplus
}
#endif

#endif
