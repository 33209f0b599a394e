/*
 * Calls the library wrongly in every way that it must bear, with a plan of one input `image` and one output `probabilities`, and
 * prints what each call answers: a name, the status, and the text.
 *
 *     errors PLAN FOLDER
 */
#include <apus.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static apus_error *error;

/* Prints what a call answered. */
static void report(const char *name, apus_status status) {
    const char *kind = apus_error_status(error) == status ? "" : " (another status)";
    const char *text = apus_error_text(error);
    printf("%s: %" PRId32 "%s%s%s\n", name, status, kind, *text == 0 ? "" : " ", text);
    apus_error_free(error);
    /* No address of an object: what a call leaves alone would be freed again. */
    error = NULL;
}

/* As report, of a call that should have set a result to NULL. */
#define REPORT_RESULT(name, call, result)                \
    do {                                                 \
        apus_status status = (call);                     \
        if ((result) != NULL) printf("a result of ");    \
        report(name, status);                            \
    } while (0)

#define STALE ((void *)&error)

static void open_wrongly(const char *path, const char *folder) {
    apus_plan *plan = STALE;
    apus_plan_options options = {.size = sizeof options};
    char missing[4096];
    const char *const values[] = {"nothing"}, *const no_text[] = {NULL};
    const char broken[] = {'\xff', 0};
    const apus_setting setting = {"T", 100}, twice[] = {{"T", 1}, {"T", 2}}, nameless = {NULL, 1};
    const apus_setting large = {"T", INT64_MAX};
    struct {
        apus_plan_options known;
        int64_t unknown;
    } later = {{.size = sizeof later}, 0};

    snprintf(missing, sizeof missing, "%s/missing.plan", folder);
    REPORT_RESULT("open null path", apus_plan_open(NULL, NULL, &plan, &error), plan);
    plan = STALE;
    REPORT_RESULT("open bad text", apus_plan_open(broken, NULL, &plan, &error), plan);
    report("open null plan", apus_plan_open(path, NULL, NULL, &error));
    plan = STALE;
    REPORT_RESULT("open missing", apus_plan_open(missing, NULL, &plan, &error), plan);
    REPORT_RESULT("open folder", apus_plan_open(folder, NULL, &plan, &error), plan);
    REPORT_RESULT("open null bytes", apus_plan_open_bytes(NULL, 10, NULL, NULL, &plan, &error), plan);
    REPORT_RESULT("open no bytes", apus_plan_open_bytes("", 0, NULL, NULL, &plan, &error), plan);
    REPORT_RESULT("open text", apus_plan_open_bytes("modle x", 7, "words", NULL, &plan, &error), plan);
    REPORT_RESULT("open garbage", apus_plan_open_bytes("\x01\x02\x03", 3, "garbage", NULL, &plan, &error), plan);
    REPORT_RESULT("open onnx", apus_plan_open_bytes("\x08\xff", 2, "file.onnx", NULL, &plan, &error), plan);
    /* What has no text is a failure all the same. */
    printf("open without text: %" PRId32 "\n", apus_plan_open(missing, NULL, &plan, NULL));

    options.size = 0;
    report("options size", apus_plan_open(path, &options, &plan, &error));
    options.size = (size_t)-1;
    report("options huge size", apus_plan_open(path, &options, &plan, &error));
    options.size = sizeof options;
    report("options later", apus_plan_open(path, &later.known, &plan, &error));
    apus_plan_close(plan);
    later.unknown = 1;
    report("options unknown", apus_plan_open(path, &later.known, &plan, &error));
    options.target = "z80";
    report("options target", apus_plan_open(path, &options, &plan, &error));
    options.target = "arm64";
    report("options other target", apus_plan_open(path, &options, &plan, &error));
    options.target = NULL;
    options.batch = -1;
    report("options batch", apus_plan_open(path, &options, &plan, &error));
    options.batch = INT64_MAX;
    report("options large batch", apus_plan_open(path, &options, &plan, &error));
    options.batch = 0;
    options.activation_limit = -1;
    report("options limit", apus_plan_open(path, &options, &plan, &error));
    options.activation_limit = 0;
    options.convolutions = 9;
    report("options convolutions", apus_plan_open(path, &options, &plan, &error));
    options.convolutions = 0;
    options.until_count = 1;
    report("options null until", apus_plan_open(path, &options, &plan, &error));
    options.until_count = (size_t)-1;
    report("options many until", apus_plan_open(path, &options, &plan, &error));
    options.until_count = 1;
    options.until = no_text;
    report("options null value", apus_plan_open(path, &options, &plan, &error));
    options.until = values;
    report("options plan until", apus_plan_open(path, &options, &plan, &error));
    options.until_count = 0;
    options.setting_count = 1;
    options.settings = &setting;
    report("options plan settings", apus_plan_open(path, &options, &plan, &error));
    options.settings = &nameless;
    report("options null name", apus_plan_open(path, &options, &plan, &error));
    options.settings = &large;
    report("options large setting", apus_plan_open(path, &options, &plan, &error));
    options.setting_count = 2;
    options.settings = twice;
    report("options twice", apus_plan_open(path, &options, &plan, &error));
}

static void ask_wrongly(apus_plan *plan, const char *folder) {
    apus_port port = {.size = sizeof port};
    size_t index = 7, count;
    void *bytes = STALE;
    char path[4096];
    report("input index", apus_plan_input(plan, 1, &port, &error));
    report("output index", apus_plan_output(plan, (size_t)-1, &port, &error));
    report("input null", apus_plan_input(plan, 0, NULL, &error));
    report("input null plan", apus_plan_input(NULL, 0, &port, &error));
    port.size = 3;
    report("input size", apus_plan_input(plan, 0, &port, &error));
    port.size = sizeof port;
    report("find", apus_plan_find_input(plan, "imag", &index, &port, &error));
    printf("index %zu\n", index);
    report("find output", apus_plan_find_output(plan, "image", &index, NULL, &error));
    report("find null", apus_plan_find_input(plan, NULL, &index, NULL, &error));
    report("find null index", apus_plan_find_input(plan, "image", NULL, NULL, &error));
    REPORT_RESULT("encode null", apus_plan_encode(NULL, &bytes, &count, &error), bytes);
    report("encode null bytes", apus_plan_encode(plan, NULL, &count, &error));
    report("encode null count", apus_plan_encode(plan, &bytes, NULL, &error));
    report("write null", apus_plan_write(plan, NULL, &error));
    snprintf(path, sizeof path, "%s/none/x.plan", folder);
    report("write nowhere", apus_plan_write(plan, path, &error));
    if (apus_plan_name(NULL) || apus_plan_target(NULL) || apus_plan_label(NULL, 0) || apus_plan_label(plan, 99) ||
        apus_plan_label(plan, (size_t)-1) || apus_plan_preparation_name(plan, 99) ||
        apus_plan_preparation_value(NULL, 0) || apus_plan_batch_limit(NULL) || apus_plan_multiply_adds(NULL) ||
        apus_plan_constant_bytes(NULL) || apus_plan_activation_bytes(NULL) || apus_plan_label_count(NULL) ||
        apus_plan_preparation_count(NULL) || apus_plan_input_count(NULL) || apus_plan_output_count(NULL) ||
        apus_session_threads(NULL) || apus_target(99) || apus_element_size(-1) || apus_element_name(INT32_MAX))
        printf("something of nothing\n");
    apus_plan_close(NULL);
    apus_session_close(NULL);
    apus_error_free(NULL);
    apus_bytes_free(NULL);
}

static void run_wrongly(apus_plan *plan) {
    apus_session *session = STALE;
    apus_session_options options = {.size = sizeof options, .threads = -1};
    apus_port input = {.size = sizeof input}, output = {.size = sizeof output};
    if (apus_plan_input(plan, 0, &input, NULL) || apus_plan_output(plan, 0, &output, NULL)) exit(3);
    char *samples = calloc(2, input.sample_bytes), *answers = calloc(2, output.sample_bytes);
    const void *inputs[] = {samples}, *no_inputs[] = {NULL}, *odd_inputs[] = {samples + 1};
    void *outputs[] = {answers}, *no_outputs[] = {NULL}, *odd_outputs[] = {answers + 2};

    REPORT_RESULT("session null plan", apus_session_open(NULL, NULL, &session, &error), session);
    report("session null", apus_session_open(plan, NULL, NULL, &error));
    session = STALE;
    REPORT_RESULT("session threads", apus_session_open(plan, &options, &session, &error), session);
    options.threads = 257;
    report("session many threads", apus_session_open(plan, &options, &session, &error));
    options.size = 1;
    report("session size", apus_session_open(plan, &options, &session, &error));
    if (apus_session_open(plan, NULL, &session, &error)) exit(3);

    report("run null session", apus_session_run(NULL, 1, inputs, outputs, &error));
    report("run no batch", apus_session_run(session, 0, inputs, outputs, &error));
    report("run negative batch", apus_session_run(session, INT64_MIN, inputs, outputs, &error));
    report("run large batch", apus_session_run(session, INT64_MAX, inputs, outputs, &error));
    report("run null inputs", apus_session_run(session, 1, NULL, outputs, &error));
    report("run null outputs", apus_session_run(session, 1, inputs, NULL, &error));
    report("run null input", apus_session_run(session, 1, no_inputs, outputs, &error));
    report("run null output", apus_session_run(session, 1, inputs, no_outputs, &error));
    report("run odd input", apus_session_run(session, 1, odd_inputs, outputs, &error));
    report("run odd output", apus_session_run(session, 1, inputs, odd_outputs, &error));
    report("run", apus_session_run(session, 1, inputs, outputs, &error));

    report("bound nothing", apus_session_run_bound(session, 1, &error));
    report("bound null session", apus_session_run_bound(NULL, 1, &error));
    report("bind null session", apus_session_bind_input(NULL, input.name, samples, input.sample_bytes, &error));
    report("bind null name", apus_session_bind_input(session, NULL, samples, input.sample_bytes, &error));
    report("bind unknown", apus_session_bind_output(session, "answers", answers, output.sample_bytes, &error));
    report("bind null", apus_session_bind_input(session, input.name, NULL, input.sample_bytes, &error));
    report("bind odd", apus_session_bind_input(session, input.name, samples + 1, input.sample_bytes, &error));
    report("bind short", apus_session_bind_input(session, input.name, samples, input.sample_bytes - 1, &error));
    report("bind input", apus_session_bind_input(session, input.name, samples, input.sample_bytes, &error));
    report("bound input", apus_session_run_bound(session, 1, &error));
    report("bind output", apus_session_bind_output(session, output.name, answers, 2 * output.sample_bytes, &error));
    report("bound", apus_session_run_bound(session, 1, &error));
    report("bound larger", apus_session_run_bound(session, 2, &error));
    report("bound no batch", apus_session_run_bound(session, 0, &error));
    report("bound huge batch", apus_session_run_bound(session, INT32_MAX, &error));
    report("bound larger than any", apus_session_run_bound(session, INT64_MAX, &error));
    /* After all of these the session answers as before. */
    memset(answers, 0, output.sample_bytes);
    report("run again", apus_session_run(session, 1, inputs, outputs, &error));
    printf("sum is one: %d\n", ((float *)answers)[0] > 0);
    apus_session_close(session);
    free(samples);
    free(answers);
}

int main(int count, char **arguments) {
    apus_plan *plan;
    if (count != 3) return 64;
    open_wrongly(arguments[1], arguments[2]);
    if (apus_plan_open(arguments[1], NULL, &plan, &error)) return 3;
    ask_wrongly(plan, arguments[2]);
    run_wrongly(plan);
    apus_plan_close(plan);
    return 0;
}
