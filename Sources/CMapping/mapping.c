#include "CMapping.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// Nodes are never given back, but used again: so the handler may go through the list at any time.
struct apus_mapping {
    struct apus_mapping *next;
    /// 0 where nothing is mapped.
    uintptr_t start;
    size_t length;
    bool is_taken;
    bool is_cut_short;
};

static struct apus_mapping *list = NULL;
static struct sigaction previous;
static pthread_once_t handler_is_set = PTHREAD_ONCE_INIT;
static uintptr_t page_size;

apus_mapping *apus_mapping_add(void *start, size_t length) {
    struct apus_mapping *node = __atomic_load_n(&list, __ATOMIC_ACQUIRE);
    for (; node; node = node->next) {
        bool expected = false;
        if (__atomic_compare_exchange_n(&node->is_taken, &expected, true, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) break;
    }
    if (!node) {
        node = calloc(1, sizeof *node);
        if (!node) return NULL;
        node->is_taken = true;
        node->next = __atomic_load_n(&list, __ATOMIC_ACQUIRE);
        while (!__atomic_compare_exchange_n(&list, &node->next, node, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {}
    }
    __atomic_store_n(&node->is_cut_short, false, __ATOMIC_RELAXED);
    __atomic_store_n(&node->length, length, __ATOMIC_RELAXED);
    __atomic_store_n(&node->start, (uintptr_t)start, __ATOMIC_RELEASE);
    return node;
}

void apus_mapping_remove(apus_mapping *mapping) {
    __atomic_store_n(&mapping->start, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&mapping->is_taken, false, __ATOMIC_RELEASE);
}

bool apus_mapping_is_cut_short(const apus_mapping *mapping) {
    return __atomic_load_n(&mapping->is_cut_short, __ATOMIC_ACQUIRE);
}

/// Puts zeros where bytes of a file are gone: from the page of the address to the end. Whether it lies in a mapped file.
static bool replaced(uintptr_t address) {
    struct apus_mapping *node = __atomic_load_n(&list, __ATOMIC_ACQUIRE);
    for (; node; node = node->next) {
        uintptr_t start = __atomic_load_n(&node->start, __ATOMIC_ACQUIRE);
        size_t length = __atomic_load_n(&node->length, __ATOMIC_RELAXED);
        if (start == 0 || address < start || address - start >= length) continue;
        uintptr_t page = address & ~(page_size - 1);
        // Before the zeros are there to be read by other threads.
        __atomic_store_n(&node->is_cut_short, true, __ATOMIC_SEQ_CST);
        return mmap((void *)page, start + length - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

static void handle(int number, siginfo_t *information, void *context) {
    int error = errno;
    // What another process or this one sends has no address.
    bool is_fault = information->si_code > 0;
    if (is_fault && replaced((uintptr_t)information->si_addr)) {
        errno = error;
        return;
    }
    errno = error;
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(number, information, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(number);
    } else if (is_fault || previous.sa_handler == SIG_DFL) {
        // The fault comes again, and ends the process as it would have without this handler.
        signal(number, SIG_DFL);
        if (!is_fault) raise(number);
    }
}

static void set_handler(void) {
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigaction(SIGBUS, NULL, &previous);
    struct sigaction action = {0};
    action.sa_sigaction = handle;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigaction(SIGBUS, &action, NULL);
}

void apus_mapping_catch_signals(void) { pthread_once(&handler_is_set, set_handler); }
