/* The module itself: what it imports, and its functions. */
#include <string.h>

#include "extension.h"

int raise_error(const Module *module, apus_status status, apus_error *error) {
    PyObject *class = status > 0 && status < STATUS_COUNT ? module->errors[status] : module->error;
    const char *text = apus_error_text(error);
    /* A path in a text may hold bytes that are no UTF-8. */
    PyObject *message = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "backslashreplace");
    if (message) {
        PyErr_SetObject(class, message);
        Py_DECREF(message);
    }
    apus_error_free(error);
    return -1;
}

/* Gets an attribute of a module of Python. */
static PyObject *imported(const char *module_name, const char *name) {
    PyObject *module = PyImport_ImportModule(module_name);
    if (!module) return NULL;
    PyObject *value = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return value;
}

static int take_errors(Module *state) {
    PyObject *classes = imported("apus.errors", "BY_STATUS");
    if (!classes) return -1;
    for (long status = 1; status < STATUS_COUNT; status++) {
        PyObject *key = PyLong_FromLong(status);
        PyObject *class = key ? PyDict_GetItemWithError(classes, key) : NULL;
        Py_XDECREF(key);
        if (!class) {
            if (!PyErr_Occurred()) PyErr_Format(PyExc_ImportError, "apus.errors has no exception for status %ld", status);
            Py_DECREF(classes);
            return -1;
        }
        state->errors[status] = Py_NewRef(class);
    }
    Py_DECREF(classes);
    state->error = imported("apus.errors", "Error");
    state->closed_error = imported("apus.errors", "ClosedError");
    return state->error && state->closed_error ? 0 : -1;
}

static int module_execute(PyObject *module) {
    Module *state = PyModule_GetState(module);
    if (count_forks() || take_errors(state)) return -1;
    state->empty = imported("numpy", "empty");
    state->prepared = imported("apus.arrays", "prepared");
    state->refuse = imported("apus.arrays", "refuse");
    state->refuse_inputs = imported("apus.arrays", "refuse_inputs");
    state->refuse_outputs = imported("apus.arrays", "refuse_outputs");
    state->dtypes = imported("apus.port", "DTYPES");
    state->describe = imported("apus.port", "describe");
    if (!state->empty || !state->prepared || !state->refuse || !state->refuse_inputs || !state->refuse_outputs
        || !state->dtypes || !state->describe) {
        return -1;
    }
    if (PyModule_AddStringConstant(module, "version", apus_version_text())) return -1;
    PyObject *type = PyType_FromModuleAndSpec(module, &network_spec, NULL);
    if (!type) return -1;
    int result = PyModule_AddObjectRef(module, "Network", type);
    Py_DECREF(type);
    return result;
}

static PyObject *module_targets(PyObject *module, PyObject *unused) {
    (void)module, (void)unused;
    size_t count = apus_target_count();
    PyObject *names = PyTuple_New((Py_ssize_t)count);
    for (size_t index = 0; names && index < count; index++) {
        PyObject *name = PyUnicode_FromString(apus_target(index));
        if (!name || PyTuple_SetItem(names, (Py_ssize_t)index, name)) Py_CLEAR(names);
    }
    return names;
}

static PyObject *module_catch_shortened_files(PyObject *module, PyObject *unused) {
    (void)module, (void)unused;
    apus_catch_shortened_files();
    Py_RETURN_NONE;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    Module *state = PyModule_GetState(module);
    for (size_t status = 0; status < STATUS_COUNT; status++) Py_VISIT(state->errors[status]);
    Py_VISIT(state->error);
    Py_VISIT(state->closed_error);
    Py_VISIT(state->empty);
    Py_VISIT(state->prepared);
    Py_VISIT(state->refuse);
    Py_VISIT(state->refuse_inputs);
    Py_VISIT(state->refuse_outputs);
    Py_VISIT(state->dtypes);
    Py_VISIT(state->describe);
    return 0;
}

static int module_clear(PyObject *module) {
    Module *state = PyModule_GetState(module);
    for (size_t status = 0; status < STATUS_COUNT; status++) Py_CLEAR(state->errors[status]);
    Py_CLEAR(state->error);
    Py_CLEAR(state->closed_error);
    Py_CLEAR(state->empty);
    Py_CLEAR(state->prepared);
    Py_CLEAR(state->refuse);
    Py_CLEAR(state->refuse_inputs);
    Py_CLEAR(state->refuse_outputs);
    Py_CLEAR(state->dtypes);
    Py_CLEAR(state->describe);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyMethodDef methods[] = {
    {"catch_shortened_files", module_catch_shortened_files, METH_NOARGS,
     "catch_shortened_files()\n--\n\n"
     "Has a run fail with FileError when its plan's file was cut short meanwhile.\n\n"
     "Without it the system ends the process by SIGBUS. The process gets a handler of that signal, beside the one it has."},
    {"targets", module_targets, METH_NOARGS, "targets()\n--\n\nThe targets that this processor runs, best first."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_execute},
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "apus._apus",
    .m_doc = "The C interface of Apus, as far as the package needs it.",
    .m_size = sizeof(Module),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__apus(void) { return PyModuleDef_Init(&definition); }
