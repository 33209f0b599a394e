#define _GNU_SOURCE
#include "CPlatform.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>
#endif

// The C library has asked the processor already. In a virtual machine each instruction that asks takes microseconds, and the
// compiler's own functions ask ten times at the start of a process.
#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
#define C_LIBRARY_KNOWS_PROCESSOR
#endif
#endif
#ifdef C_LIBRARY_KNOWS_PROCESSOR
#include <sys/platform/x86.h>

int apus_instruction_set_level(void) {
    bool level3 = CPU_FEATURE_ACTIVE(AVX) && CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(FMA) && CPU_FEATURE_ACTIVE(F16C)
        && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(BMI2) && CPU_FEATURE_ACTIVE(LZCNT) && CPU_FEATURE_ACTIVE(MOVBE);
    bool level4 = level3 && CPU_FEATURE_ACTIVE(AVX512F) && CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512CD)
        && CPU_FEATURE_ACTIVE(AVX512DQ) && CPU_FEATURE_ACTIVE(AVX512VL);
    return level4 ? 4 : level3 ? 3 : 1;
}

bool apus_multiplies_bytes(int bits) {
    return bits == 512 ? CPU_FEATURE_ACTIVE(AVX512_VNNI) : CPU_FEATURE_ACTIVE(AVX_VNNI);
}

bool apus_multiplies_bfloats(void) { return CPU_FEATURE_ACTIVE(AVX512_BF16); }
#elif defined(__x86_64__)
int apus_instruction_set_level(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 1;
}

bool apus_multiplies_bytes(int bits) {
    __builtin_cpu_init();
    if (bits == 512) return __builtin_cpu_supports("avx512vnni");
    // Not every compiler knows the other by name. The system saves the registers wherever it runs AVX2.
    unsigned a = 0, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}

bool apus_multiplies_bfloats(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
}
#else
int apus_instruction_set_level(void) { return 1; }
bool apus_multiplies_bytes(int bits) { return false; }
bool apus_multiplies_bfloats(void) { return false; }
#endif

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

// A thread that is bound hands its one processor on to the threads it makes, so all are counted before any is bound.
static cpu_set_t usable;
static pthread_once_t usable_once = PTHREAD_ONCE_INIT;

static void find_usable(void) {
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) CPU_ZERO(&usable);
}

bool apus_bind_thread(int number) {
    pthread_once(&usable_once, find_usable);
    int count = CPU_COUNT(&usable);
    if (count == 0) return false;
    int left = number % count;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &usable) || left-- > 0) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        return sched_setaffinity(0, sizeof one, &one) == 0;
    }
    return false;
}

void apus_unbind_thread(void) {
    pthread_once(&usable_once, find_usable);
    if (CPU_COUNT(&usable) > 0) sched_setaffinity(0, sizeof usable, &usable);
}

void apus_with_stack(void (*body)(void *scratch, void *context), void *context) {
    _Alignas(64) char scratch[1 << 17];
    body(scratch, context);
}
