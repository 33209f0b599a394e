// What the programs that answer one sample of mnist-cnn have in common.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void check(int works, const char *what) {
    if (works) return;
    fprintf(stderr, "fails: %s\n", what);
    exit(1);
}

// A file of f32, aligned for whoever wants to use it in place.
static float *read_sample(const char *path, size_t *elements) {
    enum { most = 1 << 16 };
    FILE *file = fopen(path, "rb");
    check(file != NULL, path);
    float *sample = aligned_alloc(64, most * sizeof(float));
    check(sample != NULL, "memory");
    *elements = fread(sample, sizeof(float), most, file);
    fclose(file);
    return sample;
}

// The class with the maximum probability. What a runtime would tidy up is left to the system, as nobody waits for it.
static void print_answer(const float *values, int classes) {
    int best = 0;
    for (int index = 1; index < classes; index++)
        if (values[index] > values[best]) best = index;
    printf("%d %.4f\n", best, (double)values[best]);
    fflush(stdout);
    _exit(0);
}
