/* The sessions of a network, shared by threads. The list of idle ones is guarded by the GIL. */
#include <errno.h>
#include <pthread.h>

#include "extension.h"

static unsigned forks;

static void note_fork(void) { forks++; }

int count_forks(void) {
    static int is_counting;
    if (is_counting) return 0;
    int failure = pthread_atfork(NULL, NULL, note_fork);
    if (failure) {
        errno = failure;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    is_counting = 1;
    return 0;
}

int pool_make(SessionPool *pool, size_t limit, const apus_session_options *options) {
    pool->idle = PyMem_Calloc(limit, sizeof *pool->idle);
    if (!pool->idle) {
        PyErr_NoMemory();
        return -1;
    }
    pool->idle_count = 0;
    pool->limit = limit;
    pool->is_closed = 0;
    pool->forks = forks;
    pool->options = *options;
    sem_init(&pool->vacancies, 0, (unsigned)limit);
    return 0;
}

/* In the child of a fork no run is under way, and the sessions are of no use: their threads are the parent's. */
static void begin_anew_after_fork(SessionPool *pool) {
    pool->forks = forks;
    pool->idle_count = 0;
    sem_init(&pool->vacancies, 0, (unsigned)pool->limit);
}

/* Waits until a run may begin. 0, or -1 with an exception: a signal's handler may raise one. */
static int wait_for_vacancy(SessionPool *pool) {
    while (sem_trywait(&pool->vacancies)) {
        int result;
        Py_BEGIN_ALLOW_THREADS
        result = sem_wait(&pool->vacancies);
        Py_END_ALLOW_THREADS
        if (!result) break;
        if (PyErr_CheckSignals()) return -1;
    }
    return 0;
}

apus_session *pool_take(const Module *module, SessionPool *pool, const apus_plan *plan) {
    if (pool->forks != forks) begin_anew_after_fork(pool);
    if (wait_for_vacancy(pool)) return NULL;
    if (pool->is_closed) {
        PyErr_SetString(module->closed_error, "the model was closed while this run waited for its turn");
        sem_post(&pool->vacancies);
        return NULL;
    }
    if (pool->idle_count) return pool->idle[--pool->idle_count];
    apus_session *session = NULL;
    apus_error *error = NULL;
    apus_status status;
    Py_BEGIN_ALLOW_THREADS
    status = apus_session_open(plan, &pool->options, &session, &error);
    Py_END_ALLOW_THREADS
    if (status) {
        raise_error(module, status, error);
        sem_post(&pool->vacancies);
        return NULL;
    }
    return session;
}

void pool_give_back(SessionPool *pool, apus_session *session) {
    if (pool->is_closed) {
        Py_BEGIN_ALLOW_THREADS
        apus_session_close(session);
        Py_END_ALLOW_THREADS
    } else {
        pool->idle[pool->idle_count++] = session;
    }
    sem_post(&pool->vacancies);
}

void pool_close(SessionPool *pool) {
    pool->is_closed = 1;
    if (pool->forks != forks) begin_anew_after_fork(pool);
    while (pool->idle_count) {
        apus_session *session = pool->idle[--pool->idle_count];
        Py_BEGIN_ALLOW_THREADS
        apus_session_close(session);
        Py_END_ALLOW_THREADS
    }
}

void pool_clear(SessionPool *pool) {
    pool_close(pool);
    sem_destroy(&pool->vacancies);
    PyMem_Free(pool->idle);
    pool->idle = NULL;
}
