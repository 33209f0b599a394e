/* The type Network: a plan and its sessions, from opening to closing. */
#include "extension.h"

apus_plan *network_use(Network *self) {
    if (self->is_closed) {
        PyErr_SetString(self->module->closed_error, "the model is closed");
        return NULL;
    }
    self->uses++;
    return self->plan;
}

void network_end_use(Network *self) {
    if (--self->uses || !self->is_closed) return;
    apus_plan *plan = self->plan;
    self->plan = NULL;
    apus_plan_close(plan);
}

static void close_network(Network *self) {
    if (self->is_closed) return;
    self->is_closed = 1;
    /* As a use, so that the plan outlives the closing of its sessions, and is closed by whoever is last. */
    self->uses++;
    if (self->has_pool) pool_close(&self->pool);
    network_end_use(self);
}

/* Makes the ports of one side. */
static Port *make_ports(
    const Network *self, size_t count, apus_status describe(const apus_plan *, size_t, apus_port *, apus_error **)) {
    Port *ports = PyMem_Calloc(count ? count : 1, sizeof *ports);
    if (!ports) PyErr_NoMemory();
    for (size_t index = 0; ports && index < count; index++) {
        apus_port description = {.size = sizeof description};
        apus_error *error = NULL;
        apus_status status = describe(self->plan, index, &description, &error);
        if (status ? raise_error(self->module, status, error) : port_make(self->module, &ports[index], &description)) {
            for (size_t made = 0; made <= index; made++) port_clear(&ports[made]);
            PyMem_Free(ports);
            return NULL;
        }
    }
    return ports;
}

static int open_plan(Network *self, OpenOptions *options) {
    apus_error *error = NULL;
    apus_status status;
    Py_BEGIN_ALLOW_THREADS
    if (options->path) {
        status = apus_plan_open(options->path, &options->plan, &self->plan, &error);
    } else {
        status = apus_plan_open_bytes(
            options->bytes.buf, (size_t)options->bytes.len, options->name, &options->plan, &self->plan, &error);
    }
    Py_END_ALLOW_THREADS
    return status ? raise_error(self->module, status, error) : 0;
}

/* Opens the plan, and the first session, so that what can't be run is known at once. */
static int open_network(Network *self, OpenOptions *options) {
    if (open_plan(self, options)) return -1;
    size_t input_count = apus_plan_input_count(self->plan), output_count = apus_plan_output_count(self->plan);
    if (!(self->inputs = make_ports(self, input_count, apus_plan_input))) return -1;
    self->input_count = input_count;
    if (!(self->outputs = make_ports(self, output_count, apus_plan_output))) return -1;
    self->output_count = output_count;
    if (pool_make(&self->pool, (size_t)options->session_limit, &options->session)) return -1;
    self->has_pool = 1;
    apus_session *session = pool_take(self->module, &self->pool, self->plan);
    if (!session) return -1;
    pool_give_back(&self->pool, session);
    return 0;
}

static PyObject *network_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    /* By its name, for subclasses that Python made have no module with a state. */
    PyObject *owner = PyImport_ImportModule("apus._apus");
    if (!owner) return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Network *self = (Network *)allocate(type, 0);
    if (!self) {
        Py_DECREF(owner);
        return NULL;
    }
    self->owner = owner;
    self->module = PyModule_GetState(owner);
    OpenOptions options;
    int result = open_options_parse(&options, arguments, keywords);
    if (!result) {
        result = open_network(self, &options);
        open_options_clear(&options);
    }
    if (result) Py_CLEAR(self);
    return (PyObject *)self;
}

static void network_dealloc(Network *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    close_network(self);
    if (self->has_pool) pool_clear(&self->pool);
    for (size_t index = 0; index < self->input_count; index++) port_clear(&self->inputs[index]);
    for (size_t index = 0; index < self->output_count; index++) port_clear(&self->outputs[index]);
    PyMem_Free(self->inputs);
    PyMem_Free(self->outputs);
    Py_CLEAR(self->owner);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *network_close(Network *self, PyObject *unused) {
    (void)unused;
    close_network(self);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"run", (PyCFunction)(void (*)(void))network_run, METH_FASTCALL | METH_KEYWORDS,
        "run($self, x=None, /, *, out=None, **inputs)\n--\n\n"
        "Answers a batch.\n\n"
        "Takes an array where the model has one input; else a mapping from the inputs' names to arrays, or the arrays as\n"
        "keywords. Gives an array where the model has one output, else a dictionary by name.\n\n"
        "Arrays have the inputs' types and shapes, with the batch as their first dimension. They are read where they lie:\n"
        "only those that are not contiguous, or not arrays, are copied. `out` is an array, or a mapping from outputs' names\n"
        "to arrays, that answers are written to; without it they are new ones.\n\n"
        "Any number of threads may call it at once. The GIL is released while the network is computed."},
    {"answers", (PyCFunction)(void (*)(void))network_answers, METH_FASTCALL,
        "answers($self, names, inputs, /)\n--\n\nAnswers a batch with a list: the outputs of these names, or all where it is None."},
    {"save", (PyCFunction)network_write, METH_O,
        "save($self, path, /)\n--\n\nWrites the plan to a file, which load() maps without compiling anything."},
    {"encode", (PyCFunction)network_encode, METH_NOARGS,
        "encode($self, /)\n--\n\nThe bytes of the plan's file, which load() takes as well."},
    {"close", (PyCFunction)network_close, METH_NOARGS,
        "close($self, /)\n--\n\nGives memory and threads back; runs that are under way end first. Later runs raise ClosedError."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A plan and the sessions that run it."},
    {Py_tp_new, network_new},
    {Py_tp_dealloc, network_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, network_properties},
    {0, NULL},
};

PyType_Spec network_spec = {
    .name = "apus._apus.Network",
    .basicsize = sizeof(Network),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = slots,
};
