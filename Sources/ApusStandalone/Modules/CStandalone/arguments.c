#include "CStandalone.h"

static int count;
static char **arguments;

int apus_argument_count(void) { return count; }

const char *apus_argument(int number) { return arguments[number]; }

/// Swift's main function, which doesn't keep its arguments.
int apus_main(int number, char **list);

int main(int number, char **list) {
    count = number;
    arguments = list;
    return apus_main(number, list);
}
