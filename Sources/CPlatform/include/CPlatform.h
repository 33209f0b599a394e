// What Swift can't say by itself: processor features, the floating-point control register, large memory on the stack, and futex
// waits.
#ifndef APUS_CPLATFORM_H
#define APUS_CPLATFORM_H

#include <stdint.h>
#include <stdbool.h>

/// The highest x86-64 instruction-set level this processor and its operating system run: 1, 3 or 4.
/// On other architectures: 1.
int apus_instruction_set_level(void);

/// Whether this processor adds products of four bytes each to the lanes of vectors of so many bits: AVX-VNNI for 256, AVX-512 VNNI for
/// 512.
bool apus_multiplies_bytes(int bits);

/// Whether this processor adds products of pairs of bf16 to the lanes of vectors of 512 bits: AVX-512 BF16.
bool apus_multiplies_bfloats(void);

/// Sets flush-to-zero and denormals-are-zero for this thread and returns the former control word.
uint32_t apus_flush_denormals(void);

/// Puts back a control word that `apus_flush_denormals` returned.
void apus_restore_float_control(uint32_t control);

/// Calls `body` with 128 KiB of the stack, which nothing was written to. Swift takes more than 1 KiB for a moment from the heap.
void apus_with_stack(void (*body)(void *scratch, void *context), void *context);

/// Sleeps while `*word` is `expected`, until a wake. Returns at once where it is not, and may return early.
void apus_wait(const uint32_t *word, uint32_t expected);

/// Wakes every thread asleep in `apus_wait` on `word`.
void apus_wake_all(const uint32_t *word);

/// Binds the calling thread to one of the processors that the process could use when this was first called: to the one of
/// that number, counted round. Returns whether the system did so.
bool apus_bind_thread(int number);

/// Lets the calling thread run on all of these processors again.
void apus_unbind_thread(void);

/// Atomic access to a word that threads share. Loads acquire, stores and additions release.
static inline uint32_t apus_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void apus_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
/// Returns the value before the addition.
static inline uint32_t apus_add(uint32_t *word, uint32_t value) {
    return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}
static inline uint64_t apus_load_long(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void apus_store_long(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
/// Stores `value` where the word is still `expected`, and returns whether it was.
static inline bool apus_exchange_long(uint64_t *word, uint64_t expected, uint64_t value) {
    return __atomic_compare_exchange_n(word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
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

/// A counter that goes up evenly with time, read in some ten nanoseconds. How fast it goes is not said.
static inline uint64_t apus_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
#error "this processor's counter is not known"
#endif
}

/// Has the cache line at an address brought into the second nearest cache, and doesn't wait. The address may be any.
static inline __attribute__((always_inline)) void apus_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 2);
}

// Functions of vectors that Swift computes lane by lane. `greater` is the greater of two lanes, and the second where they
// are equal or either is not a number: one instruction of x86. `maximum` is not a number where any isn't. `taken` is
// `candidate` where it is greater or not a number, and `taken_place` is then `place`. `streamed` stores past the caches, at a
// multiple of the vector's size: other threads see it after an `apus_fence`. `chosen` is `x` where the argmax is
// `place`, and `kept` where it is less than `places`; both are zero elsewhere.
#define APUS_INLINE static inline __attribute__((always_inline))
#define APUS_VECTOR_FUNCTIONS(lanes)                                                                                   \
    typedef float apus_float##lanes __attribute__((ext_vector_type(lanes)));                                           \
    typedef int32_t apus_int##lanes __attribute__((ext_vector_type(lanes)));                                           \
    typedef uint8_t apus_byte##lanes __attribute__((ext_vector_type(lanes)));                                          \
    typedef double apus_double##lanes __attribute__((ext_vector_type(lanes)));                                         \
    APUS_INLINE apus_double##lanes apus_wide_square_root_##lanes(apus_double##lanes x) {                               \
        return __builtin_elementwise_sqrt(x);                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_double##lanes apus_widened_##lanes(apus_float##lanes x) {                                         \
        return __builtin_convertvector(x, apus_double##lanes);                                                         \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_narrowed_##lanes(apus_double##lanes x) {                                        \
        return __builtin_convertvector(x, apus_float##lanes);                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_double##lanes apus_wide_floor_##lanes(apus_double##lanes x) {                                     \
        return __builtin_elementwise_floor(x);                                                                         \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_floor_##lanes(apus_float##lanes x) {                                            \
        return __builtin_elementwise_floor(x);                                                                         \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_ceiling_##lanes(apus_float##lanes x) {                                          \
        return __builtin_elementwise_ceil(x);                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_round_##lanes(apus_float##lanes x) {                                            \
        return __builtin_elementwise_roundeven(x);                                                                     \
    }                                                                                                                  \
    APUS_INLINE void apus_streamed_##lanes(apus_float##lanes x, float *address) {                                      \
        __builtin_nontemporal_store(x, (apus_float##lanes *)address);                                                  \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_square_root_##lanes(apus_float##lanes x) {                                      \
        return __builtin_elementwise_sqrt(x);                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_greater_##lanes(apus_float##lanes x, apus_float##lanes y) {                     \
        return x > y ? x : y;                                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_lesser_##lanes(apus_float##lanes x, apus_float##lanes y) {                      \
        return x < y ? x : y;                                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_maximum_##lanes(apus_float##lanes x, apus_float##lanes y) {                     \
        apus_int##lanes wrong = (x != x) | (y != y);                                                                   \
        return (apus_float##lanes)((apus_int##lanes)(x > y ? x : y) | wrong);                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_maximum_of_four_##lanes(                                                        \
        apus_float##lanes a, apus_float##lanes b, apus_float##lanes c, apus_float##lanes d) {                          \
        apus_int##lanes wrong = ((a != a) | (b != b)) | ((c != c) | (d != d));                                         \
        apus_float##lanes x = a > b ? a : b, y = c > d ? c : d;                                                        \
        return (apus_float##lanes)((apus_int##lanes)(x > y ? x : y) | wrong);                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_taken_##lanes(apus_float##lanes candidate, apus_float##lanes maximum) {         \
        return ((candidate > maximum) | (candidate != candidate)) ? candidate : maximum;                               \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_taken_place_##lanes(                                                              \
        apus_float##lanes candidate, apus_float##lanes maximum, int32_t place, apus_int##lanes places) {               \
        return ((candidate > maximum) | (candidate != candidate)) ? (apus_int##lanes)place : places;                   \
    }                                                                                                                  \
    APUS_INLINE void apus_store_bytes_##lanes(apus_int##lanes numbers, void *address) {                                \
        apus_byte##lanes bytes = __builtin_convertvector(numbers, apus_byte##lanes);                                   \
        __builtin_memcpy(address, &bytes, sizeof bytes);                                                               \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_loaded_bytes_##lanes(const void *address) {                                       \
        apus_byte##lanes bytes;                                                                                        \
        __builtin_memcpy(&bytes, address, sizeof bytes);                                                               \
        return __builtin_convertvector(bytes, apus_int##lanes);                                                        \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_numbers_##lanes(apus_int##lanes x) {                                            \
        return __builtin_convertvector(x, apus_float##lanes);                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_word_of_bytes_##lanes(                                                            \
        apus_int##lanes a, apus_int##lanes b, apus_int##lanes c, apus_int##lanes d) {                                  \
        return (a | b << 8) | (c << 16 | d << 24);                                                                     \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_greatest_##lanes(apus_int##lanes x, apus_int##lanes y) {                          \
        return __builtin_elementwise_max(x, y);                                                                        \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_chosen_##lanes(apus_float##lanes x, apus_int##lanes argmax, int32_t place) {    \
        return argmax == place ? x : (apus_float##lanes)0;                                                             \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_kept_##lanes(apus_float##lanes x, apus_int##lanes argmax, int32_t places) {     \
        return argmax < places ? x : (apus_float##lanes)0;                                                             \
    }

APUS_VECTOR_FUNCTIONS(4)
#if defined(__AVX__)
APUS_VECTOR_FUNCTIONS(8)
/// The elements at an address where the mask is true, and 0 elsewhere: there nothing is read.
APUS_INLINE apus_float8 apus_masked_load_8(const float *address, apus_int8 mask) {
    return __builtin_ia32_maskloadps256((const apus_float8 *)address, mask);
}
#endif
#if defined(__AVX512F__)
APUS_VECTOR_FUNCTIONS(16)
/// The elements at an address whose bits of the mask are set, and those of `other` elsewhere: there nothing is read.
APUS_INLINE apus_float16 apus_masked_load_16(const float *address, uint16_t mask, apus_float16 other) {
    return __builtin_ia32_loadups512_mask(address, other, mask);
}
/// Stores the elements whose bits of the mask are set.
APUS_INLINE void apus_masked_store_16(apus_float16 x, float *address, uint16_t mask) {
    __builtin_ia32_storeups512_mask(address, x, mask);
}
#endif

// Of two rows of 16 bytes, as words of so many bytes: the first half of each and the second, a word of `x` before each of `y`.
// An instruction each.
typedef uint8_t apus_row __attribute__((ext_vector_type(16)));
#define APUS_INTERLEAVE(bytes, word, count, low, high)                                                                 \
    typedef word apus_row_##bytes __attribute__((ext_vector_type(count)));                                             \
    APUS_INLINE apus_row apus_low_words_##bytes(apus_row x, apus_row y) {                                              \
        return (apus_row)__builtin_shufflevector((apus_row_##bytes)x, (apus_row_##bytes)y, APUS_LIST low);             \
    }                                                                                                                  \
    APUS_INLINE apus_row apus_high_words_##bytes(apus_row x, apus_row y) {                                             \
        return (apus_row)__builtin_shufflevector((apus_row_##bytes)x, (apus_row_##bytes)y, APUS_LIST high);            \
    }
#define APUS_LIST(...) __VA_ARGS__
APUS_INTERLEAVE(
    1, uint8_t, 16, (0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    (8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))
APUS_INTERLEAVE(2, uint16_t, 8, (0, 8, 1, 9, 2, 10, 3, 11), (4, 12, 5, 13, 6, 14, 7, 15))
APUS_INTERLEAVE(8, uint64_t, 2, (0, 2), (1, 3))

/// 64 bytes.
typedef uint8_t apus_line __attribute__((ext_vector_type(64)));
/// Stores 64 bytes past the caches, at an address that is a multiple of 64. Other threads see them after an `apus_fence`.
APUS_INLINE void apus_stream(apus_line line, void *address) {
    __builtin_nontemporal_store(line, (apus_line *)address);
}

// The lanes of `x`, then of `y`, with even and with odd numbers; the lanes of `x` after the first, then the first of `y`; the last of
// `y`, then the lanes of `x` before the last; and halves of what in-lane interleaving gives, for transposing: pairs and fours are
// within each group of four lanes, and `even_fours` and `odd_fours` are the groups of four with even and odd numbers, first those of `x`. An instruction each.
#define APUS_SHUFFLE(lanes, name, ...)                                                                                 \
    APUS_INLINE apus_float##lanes apus_##name##_##lanes(apus_float##lanes x, apus_float##lanes y) {                    \
        return __builtin_shufflevector(x, y, __VA_ARGS__);                                                             \
    }
APUS_SHUFFLE(4, even_lanes, 0, 2, 4, 6)
APUS_SHUFFLE(4, odd_lanes, 1, 3, 5, 7)
APUS_SHUFFLE(4, following_lanes, 1, 2, 3, 4)
APUS_SHUFFLE(4, preceding_lanes, 7, 0, 1, 2)
APUS_SHUFFLE(4, low_lanes, 0, 4, 1, 5)
APUS_SHUFFLE(4, high_lanes, 2, 6, 3, 7)
APUS_SHUFFLE(4, low_pairs, 0, 1, 4, 5)
APUS_SHUFFLE(4, high_pairs, 2, 3, 6, 7)
#if defined(__AVX__)
APUS_SHUFFLE(8, even_lanes, 0, 2, 4, 6, 8, 10, 12, 14)
APUS_SHUFFLE(8, odd_lanes, 1, 3, 5, 7, 9, 11, 13, 15)
APUS_SHUFFLE(8, following_lanes, 1, 2, 3, 4, 5, 6, 7, 8)
APUS_SHUFFLE(8, preceding_lanes, 15, 0, 1, 2, 3, 4, 5, 6)
APUS_SHUFFLE(8, low_lanes, 0, 8, 1, 9, 4, 12, 5, 13)
APUS_SHUFFLE(8, high_lanes, 2, 10, 3, 11, 6, 14, 7, 15)
APUS_SHUFFLE(8, low_pairs, 0, 1, 8, 9, 4, 5, 12, 13)
APUS_SHUFFLE(8, high_pairs, 2, 3, 10, 11, 6, 7, 14, 15)
APUS_SHUFFLE(8, even_fours, 0, 1, 2, 3, 8, 9, 10, 11)
APUS_SHUFFLE(8, odd_fours, 4, 5, 6, 7, 12, 13, 14, 15)
#endif
#if defined(__AVX512F__)
APUS_SHUFFLE(16, even_lanes, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
APUS_SHUFFLE(16, odd_lanes, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
APUS_SHUFFLE(16, following_lanes, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
APUS_SHUFFLE(16, preceding_lanes, 31, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
APUS_SHUFFLE(16, low_lanes, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
APUS_SHUFFLE(16, high_lanes, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
APUS_SHUFFLE(16, low_pairs, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
APUS_SHUFFLE(16, high_pairs, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
APUS_SHUFFLE(16, even_fours, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
APUS_SHUFFLE(16, odd_fours, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#endif

// To each lane of `sum` the products of four bytes of `bytes`, which are from 0 to 255, with four of `weights`, which are from -128 to
// 127. An instruction where the processor has one; elsewhere even and odd bytes by themselves as 16 bits, which is exact too.
#define APUS_BYTE_PRODUCTS(lanes, pairs, multiply)                                                                     \
    typedef int16_t apus_pair##lanes __attribute__((ext_vector_type(pairs)));                                          \
    typedef uint16_t apus_unsigned_pair##lanes __attribute__((ext_vector_type(pairs)));                                \
    APUS_INLINE apus_int##lanes apus_add_products_##lanes(                                                             \
        apus_int##lanes sum, apus_int##lanes bytes, apus_int##lanes weights) {                                         \
        apus_unsigned_pair##lanes values = (apus_unsigned_pair##lanes)bytes;                                           \
        apus_pair##lanes factors = (apus_pair##lanes)weights;                                                          \
        apus_int##lanes even = multiply((apus_pair##lanes)(values & 255), factors << 8 >> 8);                          \
        apus_int##lanes odd = multiply((apus_pair##lanes)(values >> 8), factors >> 8);                                 \
        return sum + (even + odd);                                                                                     \
    }
#define APUS_VNNI_PRODUCTS(lanes, multiply)                                                                            \
    APUS_INLINE apus_int##lanes apus_add_products_##lanes(                                                             \
        apus_int##lanes sum, apus_int##lanes bytes, apus_int##lanes weights) {                                         \
        return multiply(sum, bytes, weights);                                                                          \
    }
#if defined(__x86_64__)
APUS_BYTE_PRODUCTS(4, 8, __builtin_ia32_pmaddwd128)
#else
typedef int16_t apus_pair4 __attribute__((ext_vector_type(8)));
/// The sums of neighbouring products.
APUS_INLINE apus_int4 apus_pair_products(apus_pair4 x, apus_pair4 y) {
    return __builtin_convertvector(x.even, apus_int4) * __builtin_convertvector(y.even, apus_int4)
        + __builtin_convertvector(x.odd, apus_int4) * __builtin_convertvector(y.odd, apus_int4);
}
APUS_BYTE_PRODUCTS(4, 8, apus_pair_products)
#endif
#if defined(__AVXVNNI__)
APUS_VNNI_PRODUCTS(8, __builtin_ia32_vpdpbusd256)
#elif defined(__AVX2__)
APUS_BYTE_PRODUCTS(8, 16, __builtin_ia32_pmaddwd256)
#endif
#if defined(__AVX512VNNI__)
APUS_VNNI_PRODUCTS(16, __builtin_ia32_vpdpbusd512)
#elif defined(__AVX512BW__)
APUS_BYTE_PRODUCTS(16, 32, __builtin_ia32_pmaddwd512)
#endif

// An address as one whose origin the compiler doesn't know: what is added to it is then added where it is used, and not carried along.
APUS_INLINE void *apus_address(void *address) {
    __asm__("" : "+r"(address));
    return address;
}

// Vectors of whole numbers of 16 bits. To each lane of `sum` the products of the two at `word`, which are the same for all lanes, with two of
// `weights`, modulo 2^32. Where the processor has an instruction for it, that is written out: the compiler makes two of it. With 512 bits
// it reads the word itself.
typedef int32_t apus_word __attribute__((aligned(1), may_alias));
#define APUS_SHORTS(lanes, multiply)                                                                                   \
    typedef int16_t apus_short##lanes __attribute__((ext_vector_type(lanes)));                                         \
    typedef uint8_t apus_short_bytes##lanes __attribute__((ext_vector_type(lanes)));                                   \
    APUS_INLINE apus_short##lanes apus_loaded_shorts_##lanes(const void *bytes) {                                      \
        apus_short_bytes##lanes values;                                                                                \
        __builtin_memcpy(&values, bytes, lanes);                                                                       \
        return __builtin_convertvector(values, apus_short##lanes);                                                     \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_add_shorts_##lanes(                                                               \
        apus_int##lanes sum, const void *address, apus_int##lanes weights) {                                           \
        const apus_word *word = (const apus_word *)address;                                                            \
        multiply                                                                                                       \
    }
#define APUS_PAIRS_IN_TWO(lanes, products)                                                                             \
    APUS_SHORTS(lanes, return sum + products((apus_pair##lanes)(apus_int##lanes)(*word), (apus_pair##lanes)weights);)
#define APUS_PAIRS_IN_ONE(lanes, instruction, operand)                                                                 \
    APUS_SHORTS(lanes, __asm__(instruction ", %1, %0" : "+v"(sum) : "v"(weights), operand); return sum;)
#if defined(__x86_64__)
APUS_PAIRS_IN_TWO(4, __builtin_ia32_pmaddwd128)
#else
APUS_PAIRS_IN_TWO(4, apus_pair_products)
#endif
#if defined(__AVXVNNI__)
APUS_PAIRS_IN_ONE(8, "{vex} vpdpwssd %2", "v"((apus_int8)(*word)))
#elif defined(__AVX2__)
APUS_PAIRS_IN_TWO(8, __builtin_ia32_pmaddwd256)
#endif
#if defined(__AVX512VNNI__)
APUS_PAIRS_IN_ONE(16, "vpdpwssd %2%{1to16%}", "m"(*word))
#elif defined(__AVX512BW__)
APUS_PAIRS_IN_TWO(16, __builtin_ia32_pmaddwd512)
#endif

// Words of four neighbouring columns of each channel of a block of `lanes` bytes, and words without their lowest bits.
#define APUS_COLUMN_WORDS(lanes, bytes, ...)                                                                           \
    typedef uint8_t apus_columns##lanes __attribute__((ext_vector_type(bytes)));                                       \
    APUS_INLINE apus_int##lanes apus_word_of_columns_##lanes(const void *address) {                                    \
        apus_columns##lanes columns;                                                                                   \
        __builtin_memcpy(&columns, address, sizeof columns);                                                           \
        return (apus_int##lanes)__builtin_shufflevector(columns, columns, __VA_ARGS__);                                \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_moved_words_##lanes(apus_int##lanes words, apus_int##lanes bits) {                \
        typedef uint32_t apus_unsigned __attribute__((ext_vector_type(lanes)));                                        \
        return (apus_int##lanes)((apus_unsigned)words >> (apus_unsigned)bits);                                         \
    }
APUS_COLUMN_WORDS(4, 16,
    0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
#if defined(__AVX__)
APUS_COLUMN_WORDS(8, 32,
    0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27, 4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15,
    23, 31)
#endif
#if defined(__AVX512F__)
APUS_COLUMN_WORDS(16, 64,
    0, 16, 32, 48, 1, 17, 33, 49, 2, 18, 34, 50, 3, 19, 35, 51, 4, 20, 36, 52, 5, 21, 37, 53, 6, 22, 38, 54, 7, 23,
    39, 55, 8, 24, 40, 56, 9, 25, 41, 57, 10, 26, 42, 58, 11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30,
    46, 62, 15, 31, 47, 63)
#endif

// Exact products of codes, which are bytes from 0 to 255, with whole numbers of 24 bits, from -0x7f7f7f to 0x7f7f7f.
//
// A number is cut into digits around zero, so that `digits` of four neighbouring lanes are four words, each of which is the same digit
// of four numbers, or of two. `add_digits` adds to each lane the products of its codes with one digit of these numbers, for each
// number of the row: `digits` points to the four words. `first_codes` and `second_codes` are what it wants to know of a word of codes.
// There are `planes` digits, and `joined` makes of a lane's sums, of up to 32 products, the whole sum, rounded to the nearest float.
// Where the processor adds products of four bytes to a lane in one instruction, digits are three bytes; elsewhere two numbers of 12 bits. The
// whole sums are the same, and so are the floats.
#define APUS_DIGITS(lanes)                                                                                             \
    typedef uint32_t apus_word##lanes __attribute__((ext_vector_type(lanes)));                                         \
    APUS_INLINE int32_t apus_total_##lanes(apus_int##lanes x) {                                                        \
        return (int32_t)__builtin_reduce_add((apus_word##lanes)x);                                                     \
    }                                                                                                                  \
    APUS_INLINE int32_t apus_greatest_lane_##lanes(apus_int##lanes x) { return __builtin_reduce_max(x); }              \
    APUS_INLINE apus_int##lanes apus_nearest_##lanes(apus_float##lanes x) { return APUS_NEAREST_##lanes(x); }          \
    APUS_INLINE apus_int##lanes apus_low_codes_##lanes(apus_int##lanes x) { return x & 0x0f0f0f0f; }                   \
    APUS_INLINE apus_int##lanes apus_high_codes_##lanes(apus_int##lanes x) { return x >> 4 & 0x0f0f0f0f; }             \
    /* `high * 4096 + low`, whose terms are exact. */                                                                  \
    APUS_INLINE apus_float##lanes apus_float_sum_##lanes(apus_int##lanes high, apus_int##lanes low) {                  \
        return __builtin_convertvector(high, apus_float##lanes) * 4096.0f                                              \
            + __builtin_convertvector(low, apus_float##lanes);                                                         \
    }
#define APUS_BYTE_DIGITS(lanes, ...)                                                                                   \
    typedef uint8_t apus_digit_bytes##lanes __attribute__((ext_vector_type(4 * lanes)));                               \
    APUS_INLINE int apus_planes_##lanes(void) { return 3; }                                                            \
    APUS_INLINE apus_int##lanes apus_digits_##lanes(apus_int##lanes x) {                                               \
        apus_word##lanes bytes = ((apus_word##lanes)x + 0x808080) ^ 0x808080;                                          \
        return (apus_int##lanes)__builtin_shufflevector(                                                               \
            (apus_digit_bytes##lanes)bytes, (apus_digit_bytes##lanes)bytes, __VA_ARGS__);                              \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_first_codes_##lanes(apus_int##lanes x) { return x; }                              \
    APUS_INLINE apus_int##lanes apus_second_codes_##lanes(apus_int##lanes x) { return x; }                             \
    APUS_INLINE apus_int##lanes apus_add_digits_##lanes(                                                               \
        apus_int##lanes sum, apus_int##lanes first, apus_int##lanes second, const int32_t *digits, int plane) {        \
        (void)second;                                                                                                  \
        return apus_add_products_##lanes(sum, first, (apus_int##lanes)digits[plane]);                                  \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_joined_##lanes(apus_int##lanes a, apus_int##lanes b, apus_int##lanes c) {       \
        apus_int##lanes low = a + (b << 8);                                                                            \
        return apus_float_sum_##lanes((c << 4) + (low >> 12), low & 4095);                                             \
    }
#define APUS_WORD_DIGITS(lanes, multiply, ...)                                                                         \
    APUS_INLINE int apus_planes_##lanes(void) { return 2; }                                                            \
    APUS_INLINE apus_int##lanes apus_digits_##lanes(apus_int##lanes x) {                                               \
        apus_word##lanes from = (apus_word##lanes)x + 2048;                                                            \
        apus_word##lanes low = (from & 4095) - 2048;                                                                   \
        apus_word##lanes pairs = (low & 65535) | (apus_word##lanes)((apus_int##lanes)from >> 12) << 16;                \
        return (apus_int##lanes)__builtin_shufflevector((apus_pair##lanes)pairs, (apus_pair##lanes)pairs, __VA_ARGS__); \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_first_codes_##lanes(apus_int##lanes x) { return x & 0x00ff00ff; }                 \
    APUS_INLINE apus_int##lanes apus_second_codes_##lanes(apus_int##lanes x) { return x >> 8 & 0x00ff00ff; }           \
    APUS_INLINE apus_int##lanes apus_add_digits_##lanes(                                                               \
        apus_int##lanes sum, apus_int##lanes first, apus_int##lanes second, const int32_t *digits, int plane) {        \
        return sum                                                                                                     \
            + (multiply((apus_pair##lanes)first, (apus_pair##lanes)(apus_int##lanes)digits[2 * plane])                 \
               + multiply((apus_pair##lanes)second, (apus_pair##lanes)(apus_int##lanes)digits[2 * plane + 1]));        \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_joined_##lanes(apus_int##lanes a, apus_int##lanes b, apus_int##lanes c) {       \
        (void)c;                                                                                                       \
        return apus_float_sum_##lanes(b, a);                                                                           \
    }
#define APUS_DIGIT_BYTES(at)                                                                                           \
    at, at + 4, at + 8, at + 12, at + 1, at + 5, at + 9, at + 13, at + 2, at + 6, at + 10, at + 14, at + 3, at + 7,    \
        at + 11, at + 15
#define APUS_DIGIT_PAIRS(at) at, at + 4, at + 2, at + 6, at + 1, at + 5, at + 3, at + 7
#if defined(__x86_64__)
#define APUS_NEAREST_4(x) __builtin_ia32_cvtps2dq(x)
#define APUS_NEAREST_8(x) __builtin_ia32_cvtps2dq256(x)
#define APUS_NEAREST_16(x) __builtin_ia32_cvtps2dq512_mask(x, (apus_int16)0, 0xffff, 4)
APUS_DIGITS(4)
APUS_WORD_DIGITS(4, __builtin_ia32_pmaddwd128, APUS_DIGIT_PAIRS(0))
#else
#define APUS_NEAREST_4(x)                                                                                              \
    __builtin_convertvector(                                                                                           \
        __builtin_elementwise_roundeven(apus_greater_4(apus_lesser_4(x, 8388607.0f), -8388607.0f)), apus_int4)
APUS_DIGITS(4)
APUS_WORD_DIGITS(4, apus_pair_products, APUS_DIGIT_PAIRS(0))
#endif
#if defined(__AVXVNNI__)
APUS_DIGITS(8)
APUS_BYTE_DIGITS(8, APUS_DIGIT_BYTES(0), APUS_DIGIT_BYTES(16))
#elif defined(__AVX2__)
APUS_DIGITS(8)
APUS_WORD_DIGITS(8, __builtin_ia32_pmaddwd256, APUS_DIGIT_PAIRS(0), APUS_DIGIT_PAIRS(8))
#endif
#if defined(__AVX512VNNI__)
APUS_DIGITS(16)
APUS_BYTE_DIGITS(16, APUS_DIGIT_BYTES(0), APUS_DIGIT_BYTES(16), APUS_DIGIT_BYTES(32), APUS_DIGIT_BYTES(48))
#elif defined(__AVX512BW__)
APUS_DIGITS(16)
APUS_WORD_DIGITS(
    16, __builtin_ia32_pmaddwd512, APUS_DIGIT_PAIRS(0), APUS_DIGIT_PAIRS(8), APUS_DIGIT_PAIRS(16), APUS_DIGIT_PAIRS(24))
#endif

// Four vectors of whole numbers as bytes, those of `a` first: `zero`, which is in both halves of each lane, is added, and the sums are kept
// from 0 to 255 and no less than `lowest`. `store_quarter` stores those of one of the four.
#define APUS_FOUR_BYTES(lanes, halves, pack_halves, pack_bytes, ...)                                                   \
    APUS_INLINE apus_columns##lanes apus_bytes_of_four_##lanes(                                                        \
        apus_int##lanes a, apus_int##lanes b, apus_int##lanes c, apus_int##lanes d, apus_int##lanes zero,              \
        apus_columns##lanes lowest) {                                                                                  \
        typedef int16_t apus_halves __attribute__((ext_vector_type(halves)));                                          \
        apus_halves first = __builtin_elementwise_add_sat((apus_halves)pack_halves(a, b), (apus_halves)zero);          \
        apus_halves second = __builtin_elementwise_add_sat((apus_halves)pack_halves(c, d), (apus_halves)zero);         \
        apus_int##lanes bytes = (apus_int##lanes)pack_bytes(first, second);                                            \
        bytes = __builtin_shufflevector(bytes, bytes, __VA_ARGS__);                                                    \
        return __builtin_elementwise_max((apus_columns##lanes)bytes, lowest);                                          \
    }                                                                                                                  \
    APUS_INLINE void apus_store_quarter_##lanes(apus_columns##lanes bytes, int quarter, void *address) {               \
        apus_byte##lanes quarters[4];                                                                                  \
        __builtin_memcpy(quarters, &bytes, sizeof bytes);                                                              \
        __builtin_memcpy(address, &quarters[quarter], sizeof quarters[0]);                                             \
    }
#if defined(__x86_64__)
APUS_FOUR_BYTES(4, 8, __builtin_ia32_packssdw128, __builtin_ia32_packuswb128, 0, 1, 2, 3)
#else
/// The lanes of `x`, then of `y`, each the nearest number of 16 bits.
APUS_INLINE apus_pair4 apus_pack_halves(apus_int4 x, apus_int4 y) {
    typedef int32_t apus_int8 __attribute__((ext_vector_type(8)));
    apus_int8 both = __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7);
    both = __builtin_elementwise_max(__builtin_elementwise_min(both, (apus_int8)32767), (apus_int8)-32768);
    return __builtin_convertvector(both, apus_pair4);
}
/// The same in bytes.
APUS_INLINE apus_columns4 apus_pack_bytes(apus_pair4 x, apus_pair4 y) {
    typedef int16_t apus_halves __attribute__((ext_vector_type(16)));
    apus_halves both = __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    both = __builtin_elementwise_max(__builtin_elementwise_min(both, (apus_halves)255), (apus_halves)0);
    return __builtin_convertvector(both, apus_columns4);
}
APUS_FOUR_BYTES(4, 8, apus_pack_halves, apus_pack_bytes, 0, 1, 2, 3)
#endif
#if defined(__AVX2__)
APUS_FOUR_BYTES(8, 16, __builtin_ia32_packssdw256, __builtin_ia32_packuswb256, 0, 4, 1, 5, 2, 6, 3, 7)
#endif
#if defined(__AVX512BW__)
APUS_FOUR_BYTES(
    16, 32, __builtin_ia32_packssdw512, __builtin_ia32_packuswb512, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
#endif

// Numbers of 16 bits whose bits are the upper ones of f32 (bfloat16), two in a lane. `add_pairs` adds to each lane of `sum` the products
// of the upper halves, and then those of the lower halves: each is one rounding to the nearest f32, ties to even, where denormals are
// zero both as operands and as results. That is what vdpbf16ps does, and so do two fused multiply-adds, if this thread flushes denormals.
// Without these it is done in double precision, which has the same bits: a product has 16 bits at most and a sum 24, so whatever falls
// out of 53 bits is too small to make a tie in 24. `store_bfloats` rounds to the nearest, ties to even.
#define APUS_BFLOAT_FUNCTIONS(lanes)                                                                                   \
    typedef uint16_t apus_half##lanes __attribute__((ext_vector_type(lanes)));                                         \
    typedef uint32_t apus_bits##lanes __attribute__((ext_vector_type(lanes)));                                         \
    APUS_INLINE apus_float##lanes apus_upper_halves_##lanes(apus_int##lanes pairs) {                                   \
        return (apus_float##lanes)(pairs & (int32_t)0xffff0000);                                                       \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_lower_halves_##lanes(apus_int##lanes pairs) {                                   \
        return (apus_float##lanes)(pairs << 16);                                                                       \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_loaded_bfloats_##lanes(const void *address) {                                   \
        apus_half##lanes halves;                                                                                       \
        __builtin_memcpy(&halves, address, sizeof halves);                                                             \
        return (apus_float##lanes)(__builtin_convertvector(halves, apus_bits##lanes) << 16);                           \
    }
#define APUS_BFLOAT_ROUNDING(lanes)                                                                                    \
    APUS_INLINE void apus_store_bfloats_##lanes(apus_float##lanes x, void *address) {                                  \
        apus_bits##lanes bits = (apus_bits##lanes)x;                                                                   \
        apus_bits##lanes rounded = bits + (0x7fff + (bits >> 16 & 1));                                                 \
        apus_bits##lanes wrong = (apus_bits##lanes)(x != x);                                                           \
        rounded = (rounded & ~wrong) | ((bits | 0x400000) & wrong);                                                    \
        apus_bits##lanes normal = (apus_bits##lanes)((bits & 0x7f800000) != 0);                                        \
        rounded &= normal | 0x80000000;                                                                                \
        apus_half##lanes halves = __builtin_convertvector(rounded >> 16, apus_half##lanes);                            \
        __builtin_memcpy(address, &halves, sizeof halves);                                                             \
    }
#define APUS_BFLOAT_PRODUCTS(lanes, add)                                                                               \
    APUS_INLINE apus_int##lanes apus_add_pairs_##lanes(                                                                \
        apus_int##lanes sum, apus_int##lanes pairs, apus_int##lanes weights) {                                         \
        apus_float##lanes upper = add(                                                                                 \
            apus_upper_halves_##lanes(pairs), apus_upper_halves_##lanes(weights), (apus_float##lanes)sum);             \
        return (apus_int##lanes)add(apus_lower_halves_##lanes(pairs), apus_lower_halves_##lanes(weights), upper);      \
    }
APUS_BFLOAT_FUNCTIONS(4)
APUS_BFLOAT_ROUNDING(4)
#if defined(__FMA__) || defined(__aarch64__)
APUS_BFLOAT_PRODUCTS(4, __builtin_elementwise_fma)
#else
/// `x·y + sum`, where `x` and `y` have eight bits.
APUS_INLINE apus_float4 apus_add_product_4(apus_float4 x, apus_float4 y, apus_float4 sum) {
    return __builtin_convertvector(
        __builtin_convertvector(x, apus_double4) * __builtin_convertvector(y, apus_double4)
            + __builtin_convertvector(sum, apus_double4),
        apus_float4);
}
APUS_BFLOAT_PRODUCTS(4, apus_add_product_4)
#endif
#if defined(__AVX2__)
APUS_BFLOAT_FUNCTIONS(8)
APUS_BFLOAT_ROUNDING(8)
APUS_BFLOAT_PRODUCTS(8, __builtin_elementwise_fma)
#endif
#if defined(__AVX512BF16__)
APUS_BFLOAT_FUNCTIONS(16)
typedef __bf16 apus_pairs16 __attribute__((vector_size(64)));
typedef __bf16 apus_halves16 __attribute__((vector_size(32)));
APUS_INLINE apus_int16 apus_add_pairs_16(apus_int16 sum, apus_int16 pairs, apus_int16 weights) {
    return (apus_int16)__builtin_ia32_dpbf16ps_512((apus_float16)sum, (apus_pairs16)weights, (apus_pairs16)pairs);
}
APUS_INLINE void apus_store_bfloats_16(apus_float16 x, void *address) {
    apus_halves16 halves = __builtin_ia32_cvtneps2bf16_512_mask(x, (apus_halves16){}, (uint16_t)-1);
    __builtin_memcpy(address, &halves, sizeof halves);
}
#elif defined(__AVX512F__)
APUS_BFLOAT_FUNCTIONS(16)
APUS_BFLOAT_ROUNDING(16)
APUS_BFLOAT_PRODUCTS(16, __builtin_elementwise_fma)
#endif

#endif
