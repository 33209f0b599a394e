// What Swift can't say by itself: processor features, the floating-point control register, and futex waits.
#ifndef APUS_CSYSTEM_H
#define APUS_CSYSTEM_H

#include <stdint.h>
#include <stdbool.h>

/// The highest x86-64 instruction-set level this processor and its operating system run: 1, 3 or 4.
/// On other architectures: 1.
int apus_instruction_set_level(void);

/// Sets flush-to-zero and denormals-are-zero for this thread and returns the former control word.
uint32_t apus_flush_denormals(void);

/// Puts back a control word that `apus_flush_denormals` returned.
void apus_restore_float_control(uint32_t control);

/// Sleeps while `*word` is `expected`, until a wake. Returns at once where it is not, and may return early.
void apus_wait(const uint32_t *word, uint32_t expected);

/// Wakes every thread asleep in `apus_wait` on `word`.
void apus_wake_all(const uint32_t *word);

/// Catches the next interrupt from the keyboard or request to end; a second one ends the program at once.
void apus_catch_stop_signals(void);

/// Whether such a signal came.
bool apus_stop_requested(void);

/// Atomic access to a word that threads share. Loads acquire, stores and additions release.
static inline uint32_t apus_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void apus_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
/// Returns the value before the addition.
static inline uint32_t apus_add(uint32_t *word, uint32_t value) {
    return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}
/// Makes what was stored before visible before anything that is loaded after.
static inline void apus_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/// Tells the processor that this is a waiting loop.
static inline void apus_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

typedef float apus_float4 __attribute__((ext_vector_type(4)));
/// The square root of each lane. Swift's own computes one lane after the other.
static inline __attribute__((always_inline)) apus_float4 apus_square_root_4(apus_float4 x) {
    return __builtin_elementwise_sqrt(x);
}
#if defined(__AVX__)
typedef float apus_float8 __attribute__((ext_vector_type(8)));
static inline __attribute__((always_inline)) apus_float8 apus_square_root_8(apus_float8 x) {
    return __builtin_elementwise_sqrt(x);
}
#endif
#if defined(__AVX512F__)
typedef float apus_float16 __attribute__((ext_vector_type(16)));
static inline __attribute__((always_inline)) apus_float16 apus_square_root_16(apus_float16 x) {
    return __builtin_elementwise_sqrt(x);
}
#endif

#endif
