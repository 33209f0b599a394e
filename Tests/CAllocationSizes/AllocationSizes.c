#define _GNU_SOURCE
#include "CAllocationSizes.h"
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static ptrdiff_t live, peak, base;
static size_t largest;

static void grow(size_t size, size_t asked) {
    ptrdiff_t now = __atomic_add_fetch(&live, (ptrdiff_t)size, __ATOMIC_RELAXED);
    if (now > __atomic_load_n(&peak, __ATOMIC_RELAXED)) __atomic_store_n(&peak, now, __ATOMIC_RELAXED);
    if (asked > __atomic_load_n(&largest, __ATOMIC_RELAXED)) __atomic_store_n(&largest, asked, __ATOMIC_RELAXED);
}

static void shrink(size_t size) { __atomic_sub_fetch(&live, (ptrdiff_t)size, __ATOMIC_RELAXED); }

void apus_allocation_sizes_begin(void) {
    base = peak = __atomic_load_n(&live, __ATOMIC_RELAXED);
    largest = 0;
}

size_t apus_largest_allocation(void) { return largest; }

size_t apus_allocation_growth(void) { return (size_t)(peak - base); }

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

// The sanitizer's own allocator tells.
extern size_t __sanitizer_get_allocated_size(const volatile void *);

void __sanitizer_malloc_hook(const volatile void *block, size_t size) {
    (void)block;
    grow(size, size);
}

void __sanitizer_free_hook(const volatile void *block) {
    if (block) shrink(__sanitizer_get_allocated_size(block));
}

#else

// The executable's symbols take precedence over the C library's, whose own functions stay reachable by these names.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void *noted(void *block, size_t asked) {
    grow(block ? malloc_usable_size(block) : 0, asked);
    return block;
}

void *malloc(size_t size) { return noted(__libc_malloc(size), size); }

void *calloc(size_t number, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(number, size, &bytes)) bytes = SIZE_MAX;
    return noted(__libc_calloc(number, size), bytes);
}

void *realloc(void *block, size_t size) {
    size_t before = block ? malloc_usable_size(block) : 0;
    void *made = __libc_realloc(block, size);
    // While it moves there may be two; that the new one is as large as can be is what counts.
    if (made != NULL || size == 0) shrink(before);
    return noted(made, size);
}

void *memalign(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size), size); }

void *aligned_alloc(size_t alignment, size_t size) { return noted(__libc_memalign(alignment, size), size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *made = noted(__libc_memalign(alignment, size), size);
    if (made == NULL) return ENOMEM;
    *block = made;
    return 0;
}

void free(void *block) {
    if (block) shrink(malloc_usable_size(block));
    __libc_free(block);
}

// The C library maps large blocks of the heap by a name of its own, so nothing is counted twice.
void *mmap(void *place, size_t size, int protection, int flags, int file, off_t offset) {
    void *made = (void *)syscall(SYS_mmap, place, size, protection, flags, file, offset);
    grow(made == MAP_FAILED ? 0 : size, size);
    return made;
}

int munmap(void *place, size_t size) {
    int result = (int)syscall(SYS_munmap, place, size);
    if (result == 0) shrink(size);
    return result;
}

#endif
