/* What one run reads and writes: from arrays to addresses. */
#include "extension.h"

int call_make(Call *call, const Network *self) {
    size_t ports = self->input_count + self->output_count;
    /* One block: views, then addresses, then results. */
    char *block = PyMem_Calloc(1, ports * (sizeof(Py_buffer) + sizeof(void *)) + self->output_count * sizeof(PyObject *) + 1);
    if (!block) {
        PyErr_NoMemory();
        return -1;
    }
    call->views = (Py_buffer *)block;
    call->inputs = (const void **)(block + ports * sizeof(Py_buffer));
    call->outputs = (void **)(call->inputs + self->input_count);
    call->results = (PyObject **)(call->outputs + self->output_count);
    call->view_count = 0;
    call->samples = 0;
    return 0;
}

void call_clear(Call *call, const Network *self) {
    while (call->view_count) PyBuffer_Release(&call->views[--call->view_count]);
    for (size_t index = 0; index < self->output_count; index++) Py_XDECREF(call->results[index]);
    PyMem_Free(call->views);
}

int call_refuse(const Network *self, PyObject *refusal, PyObject *given) {
    PyObject *nothing = PyObject_CallFunctionObjArgs(refusal, (PyObject *)self, given, NULL);
    if (nothing) {
        Py_DECREF(nothing);
        PyErr_SetString(self->module->errors[APUS_INVALID_ARGUMENT], "these are not the model's inputs and outputs");
    }
    return -1;
}

static int bind_input(Call *call, Network *self, size_t index, PyObject *array) {
    Py_buffer *view = &call->views[call->view_count];
    /* What prepares the array may be anyone's code, which may let go of it. */
    Py_INCREF(array);
    int result = port_view(self->module, &self->inputs[index], array, 0, &call->samples, view);
    Py_DECREF(array);
    if (result) return -1;
    call->view_count++;
    call->inputs[index] = view->buf;
    return 0;
}

int call_bind_inputs(Call *call, Network *self, PyObject *given) {
    if (!PyDict_Check(given)) {
        if (self->input_count != 1) return call_refuse(self, self->module->refuse_inputs, given);
        return bind_input(call, self, 0, given);
    }
    if (PyDict_Size(given) != (Py_ssize_t)self->input_count) return call_refuse(self, self->module->refuse_inputs, given);
    for (size_t index = 0; index < self->input_count; index++) {
        PyObject *array = PyDict_GetItemWithError(given, self->inputs[index].name);
        if (!array) return PyErr_Occurred() ? -1 : call_refuse(self, self->module->refuse_inputs, given);
        if (bind_input(call, self, index, array)) return -1;
    }
    return 0;
}

/* Whether a view shares bytes with one before it. */
static int is_overlapping(const Call *call, const Py_buffer *view) {
    uintptr_t start = (uintptr_t)view->buf, end = start + (uintptr_t)view->len;
    for (size_t index = 0; index < call->view_count; index++) {
        uintptr_t other = (uintptr_t)call->views[index].buf;
        if (start < other + (uintptr_t)call->views[index].len && other < end) return 1;
    }
    return 0;
}

/* Binds an output to an array: the caller's, whose reference is taken over, or a new one where that is NULL. */
static int bind_output(Call *call, Network *self, size_t index, PyObject *array) {
    Py_buffer *view = &call->views[call->view_count];
    Port *port = &self->outputs[index];
    int is_given = array != NULL;
    call->results[index] = is_given ? array : port_empty(self->module, port, call->samples);
    if (is_given) {
        if (port_view(self->module, port, array, 1, &call->samples, view)) return -1;
        if (is_overlapping(call, view)) {
            PyErr_Format(self->module->errors[APUS_INVALID_ARGUMENT],
                "the array for output %U shares memory with another input or output: give it memory of its own", port->name);
            PyBuffer_Release(view);
            return -1;
        }
    } else if (!call->results[index] || PyObject_GetBuffer(call->results[index], view, PyBUF_WRITABLE)) {
        return -1;
    }
    call->view_count++;
    call->outputs[index] = view->buf;
    return 0;
}

int call_bind_outputs(Call *call, Network *self, PyObject *out) {
    if (!call->samples) call->samples = 1;
    int is_dictionary = out && PyDict_Check(out);
    if (out && !is_dictionary && self->output_count != 1) return call_refuse(self, self->module->refuse_outputs, out);
    Py_ssize_t found = 0;
    for (size_t index = 0; index < self->output_count; index++) {
        PyObject *array = is_dictionary ? PyDict_GetItemWithError(out, self->outputs[index].name) : out;
        if (!array && PyErr_Occurred()) return -1;
        found += array != NULL;
        if (bind_output(call, self, index, Py_XNewRef(array))) return -1;
    }
    if (is_dictionary && found != PyDict_Size(out)) return call_refuse(self, self->module->refuse_outputs, out);
    return 0;
}
