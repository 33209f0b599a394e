// What a standalone program carries, and what it was called with.
#ifndef APUS_CSTANDALONE_H
#define APUS_CSTANDALONE_H

#include <stdint.h>

/// Program headers that there is room for.
#define APUS_PROGRAM_HEADERS 48

/// What apus-export writes into a program that is to carry a plan. It is a note in the first page of the file, since systems before
/// Linux 5.18 find program headers there alone.
struct apus_note {
    uint32_t name_size, size, type;
    char name[8];
    uint32_t zero;
    /// Where the plan is in memory, and how many bytes it has; 0 where the program carries none.
    uint64_t address, bytes;
    /// The program headers of the program with its plan: 56 bytes each.
    uint8_t headers[56 * APUS_PROGRAM_HEADERS];
};

/// Where a plan is, as the note says.
struct apus_plan {
    uint64_t address, bytes;
};

/// The plan that this program carries.
struct apus_plan apus_carried(void);

/// How many arguments the program was called with, its name among them.
int apus_argument_count(void);

/// One of them.
const char *apus_argument(int number);

/// Ends the program: what stands for the functions of Swift's runtime, none of which is ever called.
void apus_no_runtime(void);

#endif
