/* How a network is opened: from Python's arguments to the library's options. */
#include <limits.h>
#include <string.h>

#include "extension.h"

/* A sequence of strings as an array of texts, which belong to the items of the tuple. */
static int parse_until(OpenOptions *options, PyObject *until) {
    options->until_items = PySequence_Tuple(until);
    if (!options->until_items) return -1;
    Py_ssize_t count = PyTuple_Size(options->until_items);
    const char **names = PyMem_Calloc((size_t)count + 1, sizeof *names);
    if (!names) {
        PyErr_NoMemory();
        return -1;
    }
    options->plan.until = names;
    options->plan.until_count = (size_t)count;
    for (Py_ssize_t index = 0; index < count; index++) {
        names[index] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(options->until_items, index), NULL);
        if (!names[index]) return -1;
    }
    return 0;
}

/* A dictionary of names and numbers; the texts belong to its keys. */
static int parse_settings(OpenOptions *options, PyObject *given) {
    PyObject *items = options->setting_items = PyDict_Items(given);
    if (!items) return -1;
    Py_ssize_t count = PyList_Size(items);
    apus_setting *settings = PyMem_Calloc((size_t)count + 1, sizeof *settings);
    if (!settings) {
        PyErr_NoMemory();
        return -1;
    }
    options->plan.settings = settings;
    options->plan.setting_count = (size_t)count;
    for (Py_ssize_t index = 0; index < count; index++) {
        PyObject *item = PyList_GetItem(items, index);
        settings[index].name = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(item, 0), NULL);
        settings[index].value = PyLong_AsLongLong(PyTuple_GetItem(item, 1));
        if (!settings[index].name || PyErr_Occurred()) return -1;
    }
    return 0;
}

/* A path, or None, as the bytes that the system takes. */
static int parse_path(PyObject *given, PyObject **bytes, const char **path) {
    if (given == Py_None) return 0;
    if (!PyUnicode_FSConverter(given, bytes)) return -1;
    *path = PyBytes_AsString(*bytes);
    return *path ? 0 : -1;
}

int open_options_parse(OpenOptions *options, PyObject *arguments, PyObject *keywords) {
    static char *names[] = {
        "path", "bytes", "name", "target", "batch", "until", "settings", "weights", "random_weights", "activation_limit",
        "convolutions", "opens_batch", "threads", "pinned", "sessions", NULL,
    };
    memset(options, 0, sizeof *options);
    options->plan.size = sizeof options->plan;
    options->session.size = sizeof options->session;
    options->session_limit = 1;
    PyObject *path = Py_None, *bytes = Py_None, *until = Py_None, *settings = Py_None, *weights = Py_None;
    long long batch = 0, activation_limit = 0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|$OOzzLOO!OpLipipn:Network", names, &path, &bytes,
            &options->name, &options->plan.target, &batch, &until, &PyDict_Type, &settings, &weights,
            &options->plan.random_weights, &activation_limit, &options->plan.convolutions, &options->plan.opens_batch,
            &options->session.threads, &options->session.is_pinned, &options->session_limit)) {
        return -1;
    }
    options->plan.batch = batch;
    options->plan.activation_limit = activation_limit;
    int result = parse_path(path, &options->path_bytes, &options->path);
    if (!result) result = parse_path(weights, &options->weights_bytes, &options->plan.weights);
    if (!result && until != Py_None) result = parse_until(options, until);
    if (!result && settings != Py_None) result = parse_settings(options, settings);
    if (!result && (path == Py_None) == (bytes == Py_None)) {
        PyErr_SetString(PyExc_TypeError, "either a path or bytes are to be opened");
        result = -1;
    }
    if (!result && (options->session_limit < 1 || options->session_limit > SHRT_MAX)) {
        PyErr_Format(PyExc_ValueError, "sessions is %zd, and must be from 1 to %d", options->session_limit, SHRT_MAX);
        result = -1;
    }
    if (!result && bytes != Py_None) result = PyObject_GetBuffer(bytes, &options->bytes, PyBUF_SIMPLE);
    if (result) open_options_clear(options);
    return result;
}

void open_options_clear(OpenOptions *options) {
    if (options->bytes.obj) PyBuffer_Release(&options->bytes);
    Py_CLEAR(options->path_bytes);
    Py_CLEAR(options->weights_bytes);
    Py_CLEAR(options->until_items);
    Py_CLEAR(options->setting_items);
    PyMem_Free((void *)options->plan.until);
    PyMem_Free((void *)options->plan.settings);
    options->plan.until = NULL;
    options->plan.settings = NULL;
}
