/* Inputs and outputs: what they are, and the arrays that are given for them. */
#include "extension.h"

/* What kind of number the elements of the library's types are to NumPy, which has no bf16: those are given as their bits. */
static char kind_of_element(apus_element_type type) {
    switch (type) {
    case APUS_F32: case APUS_F16: case APUS_F64: return 'f';
    case APUS_I8: case APUS_I16: case APUS_I32: case APUS_I64: return 'i';
    case APUS_U8: case APUS_U16: case APUS_U32: case APUS_U64: case APUS_BF16: return 'u';
    case APUS_BOOL: return '?';
    default: return 0;
    }
}

/* The same of a buffer's format, as the module `struct` writes it; 0 for others, those in the other byte order among them. */
static char kind_of_format(const char *format) {
    if (!format) return 'u';
    if (*format == '@' || *format == '=') format++;
    if (!format[0] || format[1]) return 0;
    switch (format[0]) {
    case 'e': case 'f': case 'd': return 'f';
    case 'b': case 'h': case 'i': case 'l': case 'q': case 'n': return 'i';
    case 'B': case 'H': case 'I': case 'L': case 'Q': case 'N': return 'u';
    case '?': return '?';
    default: return 0;
    }
}

/* The dimensions of a port's arrays as Python sees them: None is the batch. */
static PyObject *described_shape(const Port *port) {
    PyObject *shape = PyTuple_New(port->rank + !port->is_shared);
    if (!shape) return NULL;
    Py_ssize_t place = 0;
    if (!port->is_shared) PyTuple_SetItem(shape, place++, Py_NewRef(Py_None));
    for (int axis = 0; axis < port->rank; axis++) {
        PyObject *size = PyLong_FromSsize_t(port->shape[axis]);
        if (!size || PyTuple_SetItem(shape, place++, size)) {
            Py_DECREF(shape);
            return NULL;
        }
    }
    return shape;
}

int port_make(const Module *module, Port *port, const apus_port *description) {
    const char *element_name = apus_element_name(description->element_type);
    port->kind = kind_of_element(description->element_type);
    if (!element_name || !port->kind || description->rank < 0 || description->rank > APUS_RANK_LIMIT) {
        PyErr_Format(module->error, "%s is %s, which this version of the package doesn't know: install a newer one",
            description->name, description->type);
        return -1;
    }
    port->element_size = (Py_ssize_t)apus_element_size(description->element_type);
    port->is_shared = description->is_shared;
    port->rank = description->rank;
    for (int axis = 0; axis < port->rank; axis++) port->shape[axis] = (Py_ssize_t)description->shape[axis];
    port->name = PyUnicode_FromString(description->name);
    if (!port->name) return -1;
    PyUnicode_InternInPlace(&port->name);
    PyObject *key = PyUnicode_FromString(element_name);
    port->dtype = key ? Py_XNewRef(PyDict_GetItemWithError(module->dtypes, key)) : NULL;
    PyObject *shape = described_shape(port);
    if (port->dtype && shape) {
        port->description = PyObject_CallFunction(module->describe, "OsOOOii", port->name, description->type,
            port->dtype, shape, key, (int)description->is_shared, (int)description->meaning);
    }
    Py_XDECREF(shape);
    Py_XDECREF(key);
    if (!port->description && !PyErr_Occurred()) PyErr_Format(module->error, "no type of NumPy for %s", element_name);
    return port->description ? 0 : -1;
}

void port_clear(Port *port) {
    Py_CLEAR(port->name);
    Py_CLEAR(port->dtype);
    Py_CLEAR(port->description);
    Py_CLEAR(port->empty_arguments);
}

PyObject *port_empty(const Module *module, Port *port, int64_t samples) {
    if (!port->empty_arguments || port->empty_samples != samples) {
        PyObject *shape = described_shape(port);
        if (!shape) return NULL;
        PyObject *count = port->is_shared ? NULL : PyLong_FromLongLong(samples);
        /* The tuple is ours alone, so far. */
        if (!port->is_shared && (!count || PyTuple_SetItem(shape, 0, count))) {
            Py_DECREF(shape);
            return NULL;
        }
        PyObject *arguments = PyTuple_Pack(2, shape, port->dtype);
        Py_DECREF(shape);
        if (!arguments) return NULL;
        PyObject *former = port->empty_arguments;
        port->empty_arguments = arguments;
        port->empty_samples = samples;
        Py_XDECREF(former);
    }
    /* Held, since other code may run within the call, and ask for another number of samples. */
    PyObject *arguments = Py_NewRef(port->empty_arguments);
    PyObject *array = PyObject_Call(module->empty, arguments, NULL);
    Py_DECREF(arguments);
    return array;
}

/* Whether an array has the port's type and shape, and as many samples as others, which are then known. */
static int is_fit(const Port *port, const Py_buffer *view, int64_t *samples) {
    if (view->itemsize != port->element_size || kind_of_format(view->format) != port->kind) return 0;
    if ((uintptr_t)view->buf % (uintptr_t)port->element_size) return 0;
    const Py_ssize_t *shape = view->shape;
    if (view->ndim != port->rank + !port->is_shared) return 0;
    if (!port->is_shared) {
        if (*shape < 1 || (*samples && *samples != *shape)) return 0;
        shape++;
    }
    for (int axis = 0; axis < port->rank; axis++) {
        if (shape[axis] != port->shape[axis]) return 0;
    }
    if (!port->is_shared) *samples = view->shape[0];
    return 1;
}

/* Gets a view that fits: 1; 0 where the array isn't fit; -1 with an exception that has nothing to do with that. */
static int fitting_view(const Port *port, PyObject *array, int flags, int64_t *samples, Py_buffer *view) {
    if (PyObject_GetBuffer(array, view, flags)) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError)
            && !PyErr_ExceptionMatches(PyExc_BufferError)) {
            return -1;
        }
        PyErr_Clear();
        return 0;
    }
    if (is_fit(port, view, samples)) return 1;
    PyBuffer_Release(view);
    return 0;
}

int port_view(
    const Module *module, const Port *port, PyObject *array, int is_output, int64_t *samples, Py_buffer *view) {
    int flags = PyBUF_FORMAT | PyBUF_ND | (is_output ? PyBUF_WRITABLE : 0);
    int result = fitting_view(port, array, flags, samples, view);
    if (result) return result > 0 ? 0 : -1;
    PyObject *prepared = NULL;
    if (!is_output) {
        /* What isn't contiguous, or no buffer at all. The view keeps the array. */
        prepared = PyObject_CallFunctionObjArgs(module->prepared, port->description, array, NULL);
        if (!prepared) return -1;
        result = fitting_view(port, prepared, flags, samples, view);
        if (result) {
            Py_DECREF(prepared);
            return result > 0 ? 0 : -1;
        }
    }
    PyObject *nothing = PyObject_CallFunction(module->refuse, "OOiL", port->description, prepared ? prepared : array,
        is_output, (long long)*samples);
    Py_XDECREF(prepared);
    if (nothing) {
        Py_DECREF(nothing);
        PyErr_Format(module->errors[APUS_INVALID_ARGUMENT], "the array for %U doesn't fit", port->name);
    }
    return -1;
}
