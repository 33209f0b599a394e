#include "CProcessArguments.h"

/*
 * Two functions of Swift's runtime (CommandLine.cpp). Its own find the arguments on the stack, which they look up in /proc/self/maps
 * before `main`, wanted or not, which takes 60,000 instructions. The C library hands the arguments to whoever asks for them in time. A
 * program that is linked statically takes these functions, and leaves the others in their archive.
 */
char **_swift_stdlib_getUnsafeArgvArgc(int *count);
void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

static char **process_arguments;
static int process_argument_count;

__attribute__((constructor)) static void keep(int count, char **arguments) {
    process_arguments = arguments;
    process_argument_count = count;
}

char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
    *count = process_argument_count;
    return process_arguments;
}

void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count) { keep(count, arguments); }
