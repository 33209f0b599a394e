#include "CSystem.h"
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

int apus_instruction_set_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool level3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("avx");
    bool level4 = level3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl");
    return level4 ? 4 : level3 ? 3 : 1;
#else
    return 1;
#endif
}

uint32_t apus_flush_denormals(void) {
#if defined(__x86_64__)
    uint32_t control = _mm_getcsr();
    _mm_setcsr(control | 0x8040);  // flush to zero (bit 15), denormals are zero (bit 6)
    return control;
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (1ull << 24)));
    return (uint32_t)control;
#else
    return 0;
#endif
}

void apus_restore_float_control(uint32_t control) {
#if defined(__x86_64__)
    _mm_setcsr(control);
#elif defined(__aarch64__)
    uint64_t wide = control;
    __asm__ volatile("msr fpcr, %0" : : "r"(wide));
#else
    (void)control;
#endif
}

void apus_wait(const uint32_t *word, uint32_t expected) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

void apus_wake_all(const uint32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
}
