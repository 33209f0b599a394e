// What is asked of libraries that standalone programs have not: Embedded Swift has no runtime, which reads the text of numbers.

#include <ctype.h>
#include <stdlib.h>

// Both return the end of what was read, or null where that is no number. A program that sets no locale has that of C.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result);
const char *_swift_stdlib_strtof_clocale(const char *text, float *result);

const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
    char *end;
    if (isspace((unsigned char)*text)) return NULL;
    *result = strtod(text, &end);
    return end == text ? NULL : end;
}

const char *_swift_stdlib_strtof_clocale(const char *text, float *result) {
    char *end;
    if (isspace((unsigned char)*text)) return NULL;
    *result = strtof(text, &end);
    return end == text ? NULL : end;
}

#ifndef __GLIBC__
#include <math.h>

// musl has these not yet. Nobody changes the rounding mode, which is to the nearest, and to even in the middle.
double roundeven(double number) { return rint(number); }
float roundevenf(float number) { return rintf(number); }
#endif
