/*
 * Asks a network that has one input and one output of f32: samples are f32 on standard input, one after the other, and a line
 * with the answer to each is printed.
 *
 *     cc -o ask ask.c $(pkg-config --cflags --libs apus)
 *     ./ask digits.apus < samples
 */
#include <apus.h>
#include <stdio.h>
#include <stdlib.h>

/* Prints an error, and frees it. */
static int failed(apus_error *error) {
    fprintf(stderr, "ask: %s\n", apus_error_text(error));
    apus_error_free(error);
    return EXIT_FAILURE;
}

static void print_answer(const apus_plan *plan, const float *values, size_t count) {
    if (apus_plan_label_count(plan) != count) {
        for (size_t index = 0; index < count; index++) printf("%s%.9g", index > 0 ? " " : "", values[index]);
        printf("\n");
        return;
    }
    size_t best = 0;
    for (size_t index = 1; index < count; index++)
        if (values[index] > values[best]) best = index;
    printf("%s %.9g\n", apus_plan_label(plan, best), values[best]);
}

/* Answers sample by sample, as long as there are some. */
static int answer(const apus_plan *plan, apus_session *session, const apus_port *input, const apus_port *output) {
    float *sample = malloc(input->sample_bytes);
    float *values = malloc(output->sample_bytes);
    int result = EXIT_SUCCESS;
    if (sample == NULL || values == NULL) {
        fprintf(stderr, "ask: there is no memory for a sample\n");
        result = EXIT_FAILURE;
    }
    while (result == EXIT_SUCCESS && fread(sample, input->sample_bytes, 1, stdin) == 1) {
        const void *inputs[1];
        void *outputs[1];
        apus_error *error;
        inputs[0] = sample;
        outputs[0] = values;
        if (apus_session_run(session, 1, inputs, outputs, &error) != APUS_OK)
            result = failed(error);
        else
            print_answer(plan, values, output->sample_elements);
    }
    free(sample);
    free(values);
    return result;
}

static int ask(const apus_plan *plan) {
    apus_port input = {.size = sizeof input}, output = {.size = sizeof output};
    apus_session *session;
    apus_error *error;
    int result;
    if (apus_plan_input_count(plan) != 1 || apus_plan_output_count(plan) != 1) {
        fprintf(stderr, "ask: %s has not one input and one output\n", apus_plan_name(plan));
        return EXIT_FAILURE;
    }
    if (apus_plan_input(plan, 0, &input, &error) != APUS_OK) return failed(error);
    if (apus_plan_output(plan, 0, &output, &error) != APUS_OK) return failed(error);
    if (input.element_type != APUS_F32 || output.element_type != APUS_F32) {
        fprintf(stderr, "ask: %s and %s are not both f32\n", input.name, output.name);
        return EXIT_FAILURE;
    }
    fprintf(stderr, "%s takes %s: %s and answers %s: %s\n", apus_plan_name(plan), input.name, input.type, output.name,
            output.type);
    if (apus_session_open(plan, NULL, &session, &error) != APUS_OK) return failed(error);
    result = answer(plan, session, &input, &output);
    apus_session_close(session);
    return result;
}

int main(int count, char **arguments) {
    apus_plan *plan;
    apus_error *error;
    int result;
    if (count != 2) {
        fprintf(stderr, "usage: ask MODEL|PLAN < samples\n");
        return 64;
    }
    /* A plan (.plan) is there at once; a model (.apus) or an ONNX file (.onnx) is compiled first. */
    if (apus_plan_open(arguments[1], NULL, &plan, &error) != APUS_OK) return failed(error);
    result = ask(plan);
    apus_plan_close(plan);
    return result;
}
