// What Swift's standard library asks of its runtime to read a number's text. Embedded Swift has no such runtime.

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
