/* What a network says of itself, and its file. */
#include "extension.h"

/* Getters of texts and of numbers, by the library's function. */
#define TEXT_PROPERTY(name) \
    static PyObject *get_##name(Network *self, void *unused) { \
        (void)unused; \
        apus_plan *plan = network_use(self); \
        if (!plan) return NULL; \
        PyObject *value = PyUnicode_FromString(apus_plan_##name(plan)); \
        network_end_use(self); \
        return value; \
    }

#define NUMBER_PROPERTY(name) \
    static PyObject *get_##name(Network *self, void *unused) { \
        (void)unused; \
        apus_plan *plan = network_use(self); \
        if (!plan) return NULL; \
        PyObject *value = PyLong_FromLongLong(apus_plan_##name(plan)); \
        network_end_use(self); \
        return value; \
    }

TEXT_PROPERTY(name)
TEXT_PROPERTY(target)
NUMBER_PROPERTY(batch_limit)
NUMBER_PROPERTY(multiply_adds)
NUMBER_PROPERTY(constant_bytes)
NUMBER_PROPERTY(activation_bytes)

static PyObject *get_labels(Network *self, void *unused) {
    (void)unused;
    apus_plan *plan = network_use(self);
    if (!plan) return NULL;
    size_t count = apus_plan_label_count(plan);
    PyObject *labels = PyTuple_New((Py_ssize_t)count);
    for (size_t index = 0; labels && index < count; index++) {
        PyObject *label = PyUnicode_FromString(apus_plan_label(plan, index));
        if (!label || PyTuple_SetItem(labels, (Py_ssize_t)index, label)) Py_CLEAR(labels);
    }
    network_end_use(self);
    return labels;
}

static PyObject *get_preparation(Network *self, void *unused) {
    (void)unused;
    apus_plan *plan = network_use(self);
    if (!plan) return NULL;
    size_t count = apus_plan_preparation_count(plan);
    PyObject *fields = PyDict_New();
    for (size_t index = 0; fields && index < count; index++) {
        PyObject *value = PyUnicode_FromString(apus_plan_preparation_value(plan, index));
        if (!value || PyDict_SetItemString(fields, apus_plan_preparation_name(plan, index), value)) Py_CLEAR(fields);
        Py_XDECREF(value);
    }
    network_end_use(self);
    return fields;
}

static PyObject *described(const Port *ports, size_t count) {
    PyObject *descriptions = PyTuple_New((Py_ssize_t)count);
    for (size_t index = 0; descriptions && index < count; index++) {
        PyTuple_SetItem(descriptions, (Py_ssize_t)index, Py_NewRef(ports[index].description));
    }
    return descriptions;
}

static PyObject *get_inputs(Network *self, void *unused) {
    (void)unused;
    return described(self->inputs, self->input_count);
}

static PyObject *get_outputs(Network *self, void *unused) {
    (void)unused;
    return described(self->outputs, self->output_count);
}

static PyObject *get_threads(Network *self, void *unused) {
    (void)unused;
    int threads = self->pool.options.threads;
    return PyLong_FromLong(threads ? threads : 1);
}

static PyObject *get_sessions(Network *self, void *unused) {
    (void)unused;
    return PyLong_FromSize_t(self->pool.limit);
}

static PyObject *get_closed(Network *self, void *unused) {
    (void)unused;
    return PyBool_FromLong(self->is_closed);
}

#define PROPERTY(name, documentation) {#name, (getter)get_##name, NULL, documentation, NULL}

PyGetSetDef network_properties[] = {
    PROPERTY(name, "The name of the network."),
    PROPERTY(target, "The target that it was compiled for."),
    PROPERTY(inputs, "The inputs, a Port each."),
    PROPERTY(outputs, "The outputs, a Port each."),
    PROPERTY(batch_limit, "The largest batch that is run at once; 1 where nothing has a batch."),
    PROPERTY(labels, "The names of the classes, where the model has them."),
    PROPERTY(preparation, "How the model wants its input prepared, as the training noted it: fields with their values."),
    PROPERTY(multiply_adds, "Multiply-adds for one sample."),
    PROPERTY(constant_bytes, "Bytes of the weights, which all sessions share."),
    PROPERTY(activation_bytes, "Bytes of activations that a session has for each of its threads."),
    PROPERTY(threads, "Threads that work on a run."),
    PROPERTY(sessions, "How many runs go on at once. Others wait for their turn."),
    PROPERTY(closed, "Whether close() was called."),
    {NULL, NULL, NULL, NULL, NULL},
};

PyObject *network_write(Network *self, PyObject *path) {
    PyObject *bytes = NULL;
    if (!PyUnicode_FSConverter(path, &bytes)) return NULL;
    apus_plan *plan = network_use(self);
    if (!plan) {
        Py_DECREF(bytes);
        return NULL;
    }
    const char *text = PyBytes_AsString(bytes);
    apus_error *error = NULL;
    apus_status status;
    Py_BEGIN_ALLOW_THREADS
    status = apus_plan_write(plan, text, &error);
    Py_END_ALLOW_THREADS
    network_end_use(self);
    Py_DECREF(bytes);
    if (status) {
        raise_error(self->module, status, error);
        return NULL;
    }
    Py_RETURN_NONE;
}

PyObject *network_encode(Network *self, PyObject *unused) {
    (void)unused;
    apus_plan *plan = network_use(self);
    if (!plan) return NULL;
    void *bytes = NULL;
    size_t count = 0;
    apus_error *error = NULL;
    apus_status status;
    Py_BEGIN_ALLOW_THREADS
    status = apus_plan_encode(plan, &bytes, &count, &error);
    Py_END_ALLOW_THREADS
    network_end_use(self);
    if (status) {
        raise_error(self->module, status, error);
        return NULL;
    }
    PyObject *result = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)count);
    apus_bytes_free(bytes);
    return result;
}
