/*
 * What the files of the extension module `apus._apus` have in common.
 *
 * The module is built against the limited API of CPython 3.11, the first with the buffer protocol in it: so one file serves all
 * versions from there on. NumPy is reached as a module of Python, not through its C interface, so any version of it will do.
 *
 * Everything here is done with the GIL held, but for the calls that may take long: opening, running, waiting, closing.
 */
#ifndef APUS_EXTENSION_H
#define APUS_EXTENSION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <apus.h>
#include <semaphore.h>
#include <stdint.h>

/* ---- The module ---- */

#define STATUS_COUNT (APUS_BUSY + 1)

/* What the module needs of Python. Objects of the module hold a reference to it, and so have this for as long as they live. */
typedef struct {
    /* The exception of each status; NULL for APUS_OK. */
    PyObject *errors[STATUS_COUNT];
    /* The exception of a status that this extension doesn't know, and that of a closed model. */
    PyObject *error, *closed_error;
    /* numpy.empty. */
    PyObject *empty;
    /*
     * Functions of apus.arrays: `prepared` makes an array that can be read where it lies; the others raise what is wrong with an
     * array, with what was given for the inputs, and with what was given for the outputs.
     */
    PyObject *prepared, *refuse, *refuse_inputs, *refuse_outputs;
    /* The function of apus.port that makes a Port, and a dictionary of NumPy's types by the names of element types. */
    PyObject *describe, *dtypes;
} Module;

/* Sets the exception that goes with an error of the library, which is freed. Always -1. */
int raise_error(const Module *module, apus_status status, apus_error *error);

/* ---- Ports ---- */

/* An input or output. */
typedef struct {
    /* The name, NumPy's type of the elements, and the apus.Port that Python sees. */
    PyObject *name, *dtype, *description;
    /* 'f', 'i', 'u' or '?': what kind of number an element is; and its bytes. */
    char kind;
    Py_ssize_t element_size;
    /* Whether all samples have it in common; else the batch comes before the dimensions of a sample. */
    int is_shared;
    int rank;
    Py_ssize_t shape[APUS_RANK_LIMIT];
    /* The arguments of numpy.empty for an array of so many samples, which are those of the last run. */
    int64_t empty_samples;
    PyObject *empty_arguments;
} Port;

/* Fills in a port from what the library says of it. 0, or -1 with an exception. */
int port_make(const Module *module, Port *port, const apus_port *description);
void port_clear(Port *port);

/* An empty array for an output of so many samples: a new reference, or NULL with an exception. */
PyObject *port_empty(const Module *module, Port *port, int64_t samples);

/*
 * Gets at the elements of an array that is given for a port: it must have the port's type and shape, and whole samples.
 *
 * samples: how many there are; where it is 0, it becomes what the array has.
 * is_output: whether the array is written to. Then it must be fit for that as it is; what is given for an input may be copied.
 * Returns 0 with a view that the caller releases, or -1 with an exception.
 */
int port_view(
    const Module *module, const Port *port, PyObject *array, int is_output, int64_t *samples, Py_buffer *view);

/* ---- Sessions ---- */

/* The sessions of a network: as many runs go on at once. They are opened when they are needed first. */
typedef struct {
    /* Those that nobody uses, the last one on top. */
    apus_session **idle;
    size_t idle_count, limit;
    /* How many more runs may begin. */
    sem_t vacancies;
    int is_closed;
    /* How often the process had been forked when the sessions were opened: their threads aren't there in its children. */
    unsigned forks;
    apus_session_options options;
} SessionPool;

/* Has forks counted. Called once, before there are pools. */
int count_forks(void);

/* A pool without sessions. 0, or -1 with an exception. */
int pool_make(SessionPool *pool, size_t limit, const apus_session_options *options);

/* A session for one run, after waiting for one where `limit` runs are under way; NULL with an exception. */
apus_session *pool_take(const Module *module, SessionPool *pool, const apus_plan *plan);
void pool_give_back(SessionPool *pool, apus_session *session);

/* Closes the sessions that nobody uses, and has the others closed after their runs. */
void pool_close(SessionPool *pool);

/* Frees a pool whose sessions nobody uses any more. */
void pool_clear(SessionPool *pool);

/* ---- Networks ---- */

/* A plan and its sessions: the base class of apus.Model. */
typedef struct {
    PyObject_HEAD
    /* The module, which is held, and its state. */
    PyObject *owner;
    const Module *module;
    apus_plan *plan;
    /* How many calls use the plan. It is closed after the last of them. */
    size_t uses;
    int is_closed;
    Port *inputs, *outputs;
    size_t input_count, output_count;
    SessionPool pool;
    int has_pool;
} Network;

extern PyType_Spec network_spec;

/* The options of opening, from the arguments of Network(...). See options.c. */
typedef struct {
    const char *path, *name, *weights;
    Py_buffer bytes;
    apus_plan_options plan;
    apus_session_options session;
    Py_ssize_t session_limit;
    /* What is held for as long as the texts above are needed. */
    PyObject *path_bytes, *weights_bytes, *until_items, *setting_items;
} OpenOptions;

int open_options_parse(OpenOptions *options, PyObject *arguments, PyObject *keywords);
void open_options_clear(OpenOptions *options);

/* ---- Runs ---- */

/* What one run needs. */
typedef struct {
    /* The memory of inputs, and then of outputs, that is held. */
    Py_buffer *views;
    size_t view_count;
    const void **inputs;
    void **outputs;
    /* An array for each output. */
    PyObject **results;
    int64_t samples;
} Call;

/* A call with nothing bound. 0, or -1 with an exception. */
int call_make(Call *call, const Network *self);
void call_clear(Call *call, const Network *self);

/* Binds the inputs: `given` is a dictionary of arrays by name, or the array of a sole input. 0, or -1 with an exception. */
int call_bind_inputs(Call *call, Network *self, PyObject *given);

/* Binds the outputs: to new arrays where `out` is NULL, to those of a dictionary by name, or to the array of a sole output. */
int call_bind_outputs(Call *call, Network *self, PyObject *out);

/* Has a function of apus.arrays raise what is wrong with what was given. Always -1. */
int call_refuse(const Network *self, PyObject *refusal, PyObject *given);

/* Methods of a network: see run.c. */
PyObject *network_run(Network *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords);
PyObject *network_answers(Network *self, PyObject *const *arguments, Py_ssize_t count);

/*
 * The plan, which isn't closed before network_end_use: other threads may close the network while the GIL is released. NULL with an
 * exception where the network is closed.
 */
apus_plan *network_use(Network *self);
void network_end_use(Network *self);

/* Getters and small methods: see properties.c. */
extern PyGetSetDef network_properties[];
PyObject *network_write(Network *self, PyObject *path);
PyObject *network_encode(Network *self, PyObject *unused);

#endif
