/* Runs: what is asked for, and what is answered. */
#include "extension.h"

/* Runs the network: afterwards the call has its results. 0, or -1 with an exception. */
static int answer(Network *self, Call *call, PyObject *given, PyObject *out) {
    if (call_bind_inputs(call, self, given) || call_bind_outputs(call, self, out)) return -1;
    apus_plan *plan = network_use(self);
    if (!plan) return -1;
    apus_session *session = pool_take(self->module, &self->pool, plan);
    if (!session) {
        network_end_use(self);
        return -1;
    }
    apus_error *error = NULL;
    apus_status status;
    Py_BEGIN_ALLOW_THREADS
    status = apus_session_run(session, call->samples, call->inputs, call->outputs, &error);
    Py_END_ALLOW_THREADS
    pool_give_back(&self->pool, session);
    network_end_use(self);
    return status ? raise_error(self->module, status, error) : 0;
}

/* A call's results as `run` gives them: an array where there is one output, else a dictionary by name. */
static PyObject *results_by_name(const Network *self, const Call *call) {
    if (self->output_count == 1) return Py_NewRef(call->results[0]);
    PyObject *results = PyDict_New();
    for (size_t index = 0; results && index < self->output_count; index++) {
        if (PyDict_SetItem(results, self->outputs[index].name, call->results[index])) Py_CLEAR(results);
    }
    return results;
}

/* A dictionary of what is a mapping: itself, or a copy. NULL where it is none, with or without an exception. */
static PyObject *dictionary_of(PyObject *value) {
    if (PyDict_Check(value)) return Py_NewRef(value);
    if (PyObject_CheckBuffer(value) || !PyObject_HasAttrString(value, "keys")) return NULL;
    PyObject *dictionary = PyDict_New();
    if (dictionary && PyDict_Update(dictionary, value)) Py_CLEAR(dictionary);
    return dictionary;
}

/* Sorts the arguments of `run`: what is given for the inputs, and for the outputs, or NULL. New references. */
static int sort_arguments(
    PyObject *const *arguments, Py_ssize_t count, PyObject *keywords, PyObject **given, PyObject **out) {
    Py_ssize_t keyword_count = keywords ? PyTuple_Size(keywords) : 0;
    for (Py_ssize_t index = 0; index < keyword_count; index++) {
        PyObject *name = PyTuple_GetItem(keywords, index), *value = arguments[count + index];
        if (!PyUnicode_CompareWithASCIIString(name, "out")) {
            if (value == Py_None) continue;
            *out = dictionary_of(value);
            if (!*out && PyErr_Occurred()) return -1;
            if (!*out) *out = Py_NewRef(value);
        } else {
            if (!*given && !(*given = PyDict_New())) return -1;
            if (PyDict_SetItem(*given, name, value)) return -1;
        }
    }
    if (count == 1 && arguments[0] == Py_None) count = 0;
    if (count > 1 || (count && *given)) {
        PyErr_SetString(PyExc_TypeError,
            "run takes an array, or a mapping from the inputs' names to arrays, or an array for each input as name=array");
        return -1;
    }
    if (count) {
        *given = dictionary_of(arguments[0]);
        if (!*given && PyErr_Occurred()) return -1;
        if (!*given) *given = Py_NewRef(arguments[0]);
    }
    return *given || (*given = PyDict_New()) ? 0 : -1;
}

PyObject *network_run(Network *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords) {
    PyObject *given = NULL, *out = NULL, *results = NULL;
    Call call;
    if (!sort_arguments(arguments, count, keywords, &given, &out) && !call_make(&call, self)) {
        if (!answer(self, &call, given, out)) results = results_by_name(self, &call);
        call_clear(&call, self);
    }
    Py_XDECREF(given);
    Py_XDECREF(out);
    return results;
}

/* The results of the outputs that `names` has, in its order; of all where it is None or empty. */
static PyObject *results_listed(const Network *self, const Call *call, PyObject *names) {
    Py_ssize_t count = names == Py_None ? 0 : PySequence_Size(names);
    if (count < 0) return NULL;
    PyObject *results = PyList_New(count ? count : (Py_ssize_t)self->output_count);
    if (!count) {
        for (size_t index = 0; results && index < self->output_count; index++) {
            PyList_SetItem(results, (Py_ssize_t)index, Py_NewRef(call->results[index]));
        }
        return results;
    }
    for (Py_ssize_t place = 0; results && place < count; place++) {
        PyObject *name = PySequence_GetItem(names, place);
        size_t index = 0;
        while (name && index < self->output_count && PyObject_RichCompareBool(self->outputs[index].name, name, Py_EQ) != 1) {
            index++;
        }
        Py_XDECREF(name);
        if (!name || PyErr_Occurred() || index == self->output_count) {
            Py_CLEAR(results);
            if (!PyErr_Occurred()) call_refuse(self, self->module->refuse_outputs, names);
        } else {
            PyList_SetItem(results, place, Py_NewRef(call->results[index]));
        }
    }
    return results;
}

PyObject *network_answers(Network *self, PyObject *const *arguments, Py_ssize_t count) {
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "answers takes the names of outputs and a mapping of inputs");
        return NULL;
    }
    PyObject *given = dictionary_of(arguments[1]), *results = NULL;
    if (!given) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "the inputs are no mapping from names to arrays");
        return NULL;
    }
    Call call;
    if (!call_make(&call, self)) {
        if (!answer(self, &call, given, NULL)) results = results_listed(self, &call, arguments[0]);
        call_clear(&call, self);
    }
    Py_DECREF(given);
    return results;
}
