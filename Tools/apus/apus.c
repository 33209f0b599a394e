/*
 * All tools in one program, which is what gets installed: the kernels and the Swift runtime are most of each, and so are there once.
 * It is called by the name of a tool, which is a link to it, or as `apus TOOL`. scripts/link-apus makes it of what `swift build`
 * made of the tools.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the main function of a tool is called in its objects. */
int apus_compare_main(int, char **);
int apus_compile_main(int, char **);
int apus_evaluate_main(int, char **);
int apus_export_main(int, char **);
int apus_quantize_main(int, char **);
int apus_train_main(int, char **);
int draw_digits_main(int, char **);
int dump_graph_main(int, char **);

/*
 * Of Swift's runtime: says what the arguments are. It would look for them below the environment, from where libbsd, which shows other
 * titles of a process, has moved that by then.
 */
void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

static const struct {
    const char *name;
    int (*main)(int, char **);
    const char *purpose;
} tools[] = {
    {"apus-compare", apus_compare_main, "shows training runs side by side"},
    {"apus-compile", apus_compile_main, "makes the plan of a model"},
    {"apus-evaluate", apus_evaluate_main, "says how good a model is"},
    {"apus-export", apus_export_main, "makes a compact model file, or one for other tools"},
    {"apus-quantize", apus_quantize_main, "makes a model of 8 bits"},
    {"apus-train", apus_train_main, "trains a network"},
    {"draw-digits", draw_digits_main, "draws handwritten digits"},
    {"dump-graph", dump_graph_main, "shows a network, a model or a plan"},
};

enum { TOOL_COUNT = sizeof tools / sizeof *tools, USAGE = 64 };

static void print_tools(FILE *file) {
    fprintf(file, "usage: apus TOOL [ARGUMENT]...\n\n");
    for (int index = 0; index < TOOL_COUNT; index++)
        fprintf(file, "  %-14s  %s\n", tools[index].name, tools[index].purpose);
    fprintf(file, "  %-14s  %s\n", "apus-infer", "asks a network");
    fprintf(file, "\nEach is a program by itself, too: `apus-compile --help` says more, as `apus compile --help` does.\n");
}

/* Runs the tool that has a name; returns -1 where there is none. */
static int run(const char *name, int count, char **arguments) {
    for (int index = 0; index < TOOL_COUNT; index++) {
        if (strcmp(tools[index].name, name) != 0) continue;
        _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
        return tools[index].main(count, arguments);
    }
    return -1;
}

/* Becomes apus-infer, which is a program by itself, so that it starts at once, and lies beside this one. */
static int become_infer(char **arguments) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;
    path[length < 0 ? 0 : length] = 0;
    slash = strrchr(path, '/');
    if (slash != NULL && (size_t)(slash - path) + sizeof "/apus-infer" <= sizeof path) {
        strcpy(slash, "/apus-infer");
        execv(path, arguments);
    }
    fprintf(stderr, "apus: error: can't run apus-infer, which should lie beside this program; install it again\n");
    return 1;
}

int main(int count, char **arguments) {
    static char name[64];
    const char *slash = count > 0 ? strrchr(arguments[0], '/') : NULL;
    int status = run(slash != NULL ? slash + 1 : count > 0 ? arguments[0] : "", count, arguments);
    if (status >= 0) return status;
    if (count < 2) {
        print_tools(stderr);
        return USAGE;
    }
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
        print_tools(stdout);
        return 0;
    }
    if (strcmp(arguments[1], "--version") == 0) {
        printf("apus %s\n", APUS_VERSION);
        return 0;
    }
    /* The part behind "apus-" is enough. */
    snprintf(name, sizeof name, "apus-%s", arguments[1] + (strncmp(arguments[1], "apus-", 5) == 0 ? 5 : 0));
    if (strcmp(name, "apus-infer") == 0) {
        arguments[1] = name;
        return become_infer(arguments + 1);
    }
    status = run(arguments[1], count - 1, arguments + 1);
    if (status < 0) {
        char *word = arguments[1];
        arguments[1] = name;
        status = run(name, count - 1, arguments + 1);
        if (status < 0) fprintf(stderr, "apus: error: there is no tool '%s'; `apus --help` lists them\n", word);
    }
    return status < 0 ? USAGE : status;
}
