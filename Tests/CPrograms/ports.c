/* Prints what a plan says of itself. */
#include <apus.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static apus_error *error;

/* Ends the program where a call failed that was given the address of `error`. */
static void check(apus_status status) {
    if (status == APUS_OK) return;
    fprintf(stderr, "%" PRId32 " %s\n", status, apus_error_text(error));
    apus_error_free(error);
    exit(1);
}

static void print_port(const char *kind, const apus_port *port) {
    printf("%s %s %s %s rank %" PRId32 " shape", kind, port->name, port->type, apus_element_name(port->element_type),
           port->rank);
    for (int32_t axis = 0; axis < port->rank; axis++) printf(" %" PRId64, port->shape[axis]);
    printf(" shared %" PRId32 " meaning %" PRId32 " elements %zu bytes %zu\n", port->is_shared, port->meaning,
           port->sample_elements, port->sample_bytes);
}

int main(int count, char **arguments) {
    apus_plan *plan;
    if (count != 2) return 64;
    check(apus_plan_open(arguments[1], NULL, &plan, &error));
    printf("plan %s\n", apus_plan_name(plan));
    printf("target %s\n", apus_plan_target(plan));
    printf("batch limit %" PRId64 "\n", apus_plan_batch_limit(plan));
    printf("multiply-adds %" PRId64 "\n", apus_plan_multiply_adds(plan));
    printf("constants %d activations %d\n", apus_plan_constant_bytes(plan) > 0, apus_plan_activation_bytes(plan) > 0);
    for (size_t index = 0; index < apus_plan_input_count(plan); index++) {
        apus_port port = {.size = sizeof port}, found = {.size = sizeof found};
        size_t number = 99;
        check(apus_plan_input(plan, index, &port, &error));
        check(apus_plan_find_input(plan, port.name, &number, &found, &error));
        print_port("input", &port);
        if (number != index || found.name != port.name) printf("found %zu\n", number);
    }
    for (size_t index = 0; index < apus_plan_output_count(plan); index++) {
        apus_port port = {.size = sizeof port};
        size_t number = 99;
        check(apus_plan_output(plan, index, &port, &error));
        check(apus_plan_find_output(plan, port.name, &number, NULL, &error));
        print_port("output", &port);
        if (number != index) printf("found %zu\n", number);
    }
    for (size_t index = 0; index < apus_plan_label_count(plan); index++)
        printf("label %s\n", apus_plan_label(plan, index));
    for (size_t index = 0; index < apus_plan_preparation_count(plan); index++)
        printf("preparation %s %s\n", apus_plan_preparation_name(plan, index), apus_plan_preparation_value(plan, index));
    apus_plan_close(plan);
    printf("version %s %d\n", apus_version_text(),
           apus_version() == APUS_VERSION_MAJOR * 1000000 + APUS_VERSION_MINOR * 1000 + APUS_VERSION_PATCH);
    for (apus_element_type type = 0; type < 15; type++) {
        const char *name = apus_element_name(type);
        printf("type %" PRId32 " %s %zu\n", type, name == NULL ? "none" : name, apus_element_size(type));
    }
    return 0;
}
