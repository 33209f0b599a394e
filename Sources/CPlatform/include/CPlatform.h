// What Swift can't say by itself: processor features, the floating-point control register, and futex waits.
#ifndef APUS_CPLATFORM_H
#define APUS_CPLATFORM_H

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

/// Binds the calling thread to one of the processors that the process could use when this was first called: to the one of
/// that number, counted round. Returns whether the system did so.
bool apus_bind_thread(int number);

/// Lets the calling thread run on all of these processors again.
void apus_unbind_thread(void);

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
// are equal or either is not a number: one instruction of x86. `greatest` is not a number where any isn't. `taken` is
// `candidate` where it is greater or not a number, and `taken_place` is then `place`. `beats` is true where `x` is greater, or
// not a number and `y` is one; `selected` is `x` where the choice is true. `chosen` is `x` where the choice is
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
    APUS_INLINE apus_int##lanes apus_beats_##lanes(apus_float##lanes x, apus_float##lanes y) {                         \
        return (x > y) | ((x != x) & (y == y));                                                                        \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_selected_##lanes(                                                               \
        apus_int##lanes choice, apus_float##lanes x, apus_float##lanes y) {                                            \
        return choice ? x : y;                                                                                         \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_selected_place_##lanes(                                                           \
        apus_int##lanes choice, apus_int##lanes x, apus_int##lanes y) {                                                \
        return choice ? x : y;                                                                                         \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_square_root_##lanes(apus_float##lanes x) {                                      \
        return __builtin_elementwise_sqrt(x);                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_greater_##lanes(apus_float##lanes x, apus_float##lanes y) {                     \
        return x > y ? x : y;                                                                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_greatest_##lanes(apus_float##lanes x, apus_float##lanes y) {                    \
        apus_int##lanes wrong = (x != x) | (y != y);                                                                   \
        return (apus_float##lanes)((apus_int##lanes)(x > y ? x : y) | wrong);                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_greatest_of_four_##lanes(                                                       \
        apus_float##lanes a, apus_float##lanes b, apus_float##lanes c, apus_float##lanes d) {                          \
        apus_int##lanes wrong = ((a != a) | (b != b)) | ((c != c) | (d != d));                                         \
        apus_float##lanes x = a > b ? a : b, y = c > d ? c : d;                                                        \
        return (apus_float##lanes)((apus_int##lanes)(x > y ? x : y) | wrong);                                          \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_taken_##lanes(apus_float##lanes candidate, apus_float##lanes greatest) {        \
        return ((candidate > greatest) | (candidate != candidate)) ? candidate : greatest;                             \
    }                                                                                                                  \
    APUS_INLINE apus_int##lanes apus_taken_place_##lanes(                                                              \
        apus_float##lanes candidate, apus_float##lanes greatest, int32_t place, apus_int##lanes places) {              \
        return ((candidate > greatest) | (candidate != candidate)) ? (apus_int##lanes)place : places;                  \
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
    APUS_INLINE apus_float##lanes apus_chosen_##lanes(apus_float##lanes x, apus_int##lanes choice, int32_t place) {    \
        return choice == place ? x : (apus_float##lanes)0;                                                             \
    }                                                                                                                  \
    APUS_INLINE apus_float##lanes apus_kept_##lanes(apus_float##lanes x, apus_int##lanes choice, int32_t places) {     \
        return choice < places ? x : (apus_float##lanes)0;                                                             \
    }

// e to the power of `x`: 0 below −87.3, the greatest finite number above 88.7. With `x = n·ln 2 + r`, `|r| ≤ ln 2 / 2`:
// `2^n · (1 + r + r²·P(r))`; 12582912 = 1.5 · 2^23 leaves the nearest integer in the low bits, and ln 2 comes in two parts,
// the first of nine bits, so that its product with an exponent is exact. The coefficients are a minimax fit of our own, with
// a relative error of 3e-9. Products and sums are fused where the instruction set can.
#if defined(__FMA__) || !defined(__x86_64__)
#define APUS_MULTIPLY_ADD(sum, a, b) __builtin_elementwise_fma(a, b, sum)
#else
#define APUS_MULTIPLY_ADD(sum, a, b) ((sum) + (a) * (b))
#endif
#define APUS_EXPONENTIAL(lanes)                                                                                        \
    APUS_INLINE apus_float##lanes apus_exponential_##lanes(apus_float##lanes x) {                                      \
        const apus_float##lanes low = -87.3f, high = 88.7f, magic = 12582912.0f, turns = 1.442695041f;                 \
        const apus_float##lanes log2High = -0.693359375f, log2Low = 2.12194440e-4f;                                    \
        apus_float##lanes clamped = x < low ? low : x;                                                                 \
        clamped = clamped > high ? high : clamped;                                                                     \
        apus_float##lanes shifted = APUS_MULTIPLY_ADD(magic, clamped, turns);                                          \
        apus_float##lanes whole = shifted - magic;                                                                     \
        apus_float##lanes rest = APUS_MULTIPLY_ADD(clamped, whole, log2High);                                          \
        rest = APUS_MULTIPLY_ADD(rest, whole, log2Low);                                                                \
        apus_float##lanes series = 0.001395049155689776f;                                                              \
        series = APUS_MULTIPLY_ADD((apus_float##lanes)0.008368889801204205f, series, rest);                            \
        series = APUS_MULTIPLY_ADD((apus_float##lanes)0.04166620597243309f, series, rest);                             \
        series = APUS_MULTIPLY_ADD((apus_float##lanes)0.166665181517601f, series, rest);                               \
        series = APUS_MULTIPLY_ADD((apus_float##lanes)0.5f, series, rest);                                             \
        apus_float##lanes square = rest * rest;                                                                        \
        apus_float##lanes mantissa = APUS_MULTIPLY_ADD(rest, square, series);                                          \
        mantissa = mantissa + 1.0f;                                                                                    \
        apus_float##lanes scaled = (apus_float##lanes)((apus_int##lanes)mantissa + ((apus_int##lanes)shifted << 23));  \
        scaled = x < low ? (apus_float##lanes)0.0f : scaled;                                                           \
        scaled = x > high ? (apus_float##lanes)3.40282346638528859812e+38f : scaled;                                   \
        return x != x ? x : scaled;                                                                                    \
    }

APUS_VECTOR_FUNCTIONS(4)
APUS_EXPONENTIAL(4)
// The greatest lane. Lanes that are not a number may be passed over.
APUS_INLINE float apus_greatest_lane_4(apus_float4 x) {
    apus_float4 pairs = apus_greater_4(x.zwzw, x);
    return pairs.y > pairs.x ? pairs.y : pairs.x;
}
#if defined(__AVX__)
APUS_VECTOR_FUNCTIONS(8)
APUS_EXPONENTIAL(8)
APUS_INLINE float apus_greatest_lane_8(apus_float8 x) { return apus_greatest_lane_4(apus_greater_4(x.hi, x.lo)); }
/// The first `count` elements, 0 to 8, the others `fill`. Nothing beyond them is read.
APUS_INLINE apus_float8 apus_load_first_8(const float *address, int32_t count, float fill) {
    const apus_int8 numbers = {0, 1, 2, 3, 4, 5, 6, 7};
    apus_int8 mask = numbers < (apus_int8)count;
    apus_float8 loaded = __builtin_ia32_maskloadps256((const apus_float8 *)address, mask);
    return mask ? loaded : (apus_float8)fill;
}
/// Stores the first `count` elements, 0 to 8: in parts, since a masked store is many times slower.
APUS_INLINE void apus_store_first_8(apus_float8 x, float *address, int32_t count) {
    apus_float4 four = x.lo;
    if (count & 8) __builtin_memcpy(address, &x, 32);
    if (count & 4) {
        __builtin_memcpy(address, &four, 16);
        four = x.hi;
        address += 4;
    }
    if (count & 2) {
        __builtin_memcpy(address, &four, 8);
        four = four.zwzw;
        address += 2;
    }
    if (count & 1) *address = four.x;
}
#endif
#if defined(__AVX512F__)
APUS_VECTOR_FUNCTIONS(16)
APUS_EXPONENTIAL(16)
APUS_INLINE float apus_greatest_lane_16(apus_float16 x) { return apus_greatest_lane_8(apus_greater_8(x.hi, x.lo)); }
/// The first `count` elements, 0 to 16, the others `fill`. Nothing beyond them is read.
APUS_INLINE apus_float16 apus_load_first_16(const float *address, int32_t count, float fill) {
    return __builtin_ia32_loadups512_mask(address, (apus_float16)fill, (uint16_t)((1u << count) - 1));
}
/// Stores the first `count` elements, 0 to 16.
APUS_INLINE void apus_store_first_16(apus_float16 x, float *address, int32_t count) {
    __builtin_ia32_storeups512_mask(address, x, (uint16_t)((1u << count) - 1));
}
#endif

// Squares of elements that fill vectors of 16 bytes, with rows so many elements apart: rows become columns. Each round
// interleaves the first half of the rows with the second; as many rounds as the side has bits bring every element to its place.
#define APUS_SQUARE(bytes, side, element, low, high)                                                                   \
    typedef element apus_row_##bytes __attribute__((ext_vector_type(side)));                                           \
    APUS_INLINE void apus_transpose_##bytes(const void *from, intptr_t readStep, void *to, intptr_t writeStep) {       \
        apus_row_##bytes rows[side], next[side];                                                                       \
        _Pragma("clang loop unroll(full)") for (int row = 0; row < side; row++) {                                      \
            __builtin_memcpy(&rows[row], (const char *)from + row * readStep * bytes, 16);                             \
        }                                                                                                              \
        _Pragma("clang loop unroll(full)") for (int round = 1; round < side; round *= 2) {                             \
            _Pragma("clang loop unroll(full)") for (int row = 0; row < side / 2; row++) {                              \
                next[2 * row] = __builtin_shufflevector(rows[row], rows[row + side / 2], APUS_LIST low);               \
                next[2 * row + 1] = __builtin_shufflevector(rows[row], rows[row + side / 2], APUS_LIST high);          \
            }                                                                                                          \
            _Pragma("clang loop unroll(full)") for (int row = 0; row < side; row++) rows[row] = next[row];             \
        }                                                                                                              \
        _Pragma("clang loop unroll(full)") for (int row = 0; row < side; row++) {                                      \
            __builtin_memcpy((char *)to + row * writeStep * bytes, &rows[row], 16);                                    \
        }                                                                                                              \
    }
#define APUS_LIST(...) __VA_ARGS__
APUS_SQUARE(
    1, 16, uint8_t, (0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    (8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))
APUS_SQUARE(2, 8, uint16_t, (0, 8, 1, 9, 2, 10, 3, 11), (4, 12, 5, 13, 6, 14, 7, 15))
APUS_SQUARE(8, 2, uint64_t, (0, 2), (1, 3))

/// 64 bytes.
typedef uint8_t apus_line __attribute__((ext_vector_type(64)));
/// Copies 64 bytes between any addresses.
APUS_INLINE void apus_copy_line(const void *from, void *to) { __builtin_memcpy(to, from, sizeof(apus_line)); }
/// Copies 64 bytes past the caches to an address that is a multiple of 64. Other threads see them after an `apus_fence`.
APUS_INLINE void apus_stream_line(const void *from, void *to) {
    apus_line line;
    __builtin_memcpy(&line, from, sizeof line);
    __builtin_nontemporal_store(line, (apus_line *)to);
}

// The lanes of `x`, then of `y`, with even and with odd numbers; and halves of what in-lane interleaving gives, for
// transposing: pairs and fours are within each group of four lanes, and
// `even_fours` and `odd_fours` are the groups of four with even and odd numbers, first those of `x`. An instruction each.
#define APUS_SHUFFLE(lanes, name, ...)                                                                                 \
    APUS_INLINE apus_float##lanes apus_##name##_##lanes(apus_float##lanes x, apus_float##lanes y) {                    \
        return __builtin_shufflevector(x, y, __VA_ARGS__);                                                             \
    }
APUS_SHUFFLE(4, even_lanes, 0, 2, 4, 6)
APUS_SHUFFLE(4, odd_lanes, 1, 3, 5, 7)
APUS_SHUFFLE(4, low_lanes, 0, 4, 1, 5)
APUS_SHUFFLE(4, high_lanes, 2, 6, 3, 7)
APUS_SHUFFLE(4, low_pairs, 0, 1, 4, 5)
APUS_SHUFFLE(4, high_pairs, 2, 3, 6, 7)
#if defined(__AVX__)
APUS_SHUFFLE(8, even_lanes, 0, 2, 4, 6, 8, 10, 12, 14)
APUS_SHUFFLE(8, odd_lanes, 1, 3, 5, 7, 9, 11, 13, 15)
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
APUS_SHUFFLE(16, low_lanes, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
APUS_SHUFFLE(16, high_lanes, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
APUS_SHUFFLE(16, low_pairs, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
APUS_SHUFFLE(16, high_pairs, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
APUS_SHUFFLE(16, even_fours, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
APUS_SHUFFLE(16, odd_fours, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#endif

#endif
