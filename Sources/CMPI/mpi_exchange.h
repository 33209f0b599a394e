// The part of MPI that ranks need. Much of it is macros, which Swift can't see.
#ifndef APUS_MPI_EXCHANGE_H
#define APUS_MPI_EXCHANGE_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/// Messages that are sent and received again and again.
typedef struct {
    int count;
    MPI_Request *requests;
} apus_mpi_exchange;

/// Room for an error's text.
enum { apus_mpi_text_size = MPI_MAX_ERROR_STRING };

/// Begins; calls may be made by the thread that calls this. Errors are returned from here on.
static inline int apus_mpi_begin(int *rank, int *count) {
    int level;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
    if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, count);
    return code;
}

static inline int apus_mpi_end(void) { return MPI_Finalize(); }

/// Room for so many messages.
static inline apus_mpi_exchange *apus_mpi_make(int capacity) {
    apus_mpi_exchange *exchange = malloc(sizeof *exchange);
    if (exchange) *exchange = (apus_mpi_exchange){0, malloc(sizeof(MPI_Request) * (size_t)(capacity + 1))};
    return exchange;
}

/// Adds a message of pieces of memory, none of them longer than an int can say.
static inline int apus_mpi_add(
    apus_mpi_exchange *exchange, bool is_sent, void *const *addresses, const int *lengths, int pieces, int peer, int tag
) {
    MPI_Request *request = exchange->requests + exchange->count;
    MPI_Datatype type = MPI_BYTE;
    void *start = addresses[0];
    int count = lengths[0], code;
    if (pieces > 1) {
        MPI_Aint *places = malloc(sizeof(MPI_Aint) * (size_t)pieces);
        if (!places) return MPI_ERR_NO_MEM;
        for (int piece = 0; piece < pieces; piece++) MPI_Get_address(addresses[piece], places + piece);
        code = MPI_Type_create_hindexed(pieces, lengths, places, MPI_BYTE, &type);
        free(places);
        if (code == MPI_SUCCESS) code = MPI_Type_commit(&type);
        if (code != MPI_SUCCESS) return code;
        start = MPI_BOTTOM;
        count = 1;
    }
    code = is_sent ? MPI_Send_init(start, count, type, peer, tag, MPI_COMM_WORLD, request)
                   : MPI_Recv_init(start, count, type, peer, tag, MPI_COMM_WORLD, request);
    if (pieces > 1) MPI_Type_free(&type);
    if (code == MPI_SUCCESS) exchange->count++;
    return code;
}

static inline int apus_mpi_start(apus_mpi_exchange *exchange) {
    return exchange->count ? MPI_Startall(exchange->count, exchange->requests) : MPI_SUCCESS;
}

/// Lets messages go on, and says whether all are done.
static inline int apus_mpi_test(apus_mpi_exchange *exchange, bool *is_done) {
    int flag = 1;
    int code = exchange->count ? MPI_Testall(exchange->count, exchange->requests, &flag, MPI_STATUSES_IGNORE) : MPI_SUCCESS;
    *is_done = flag;
    return code;
}

static inline void apus_mpi_describe(int code, char *text) {
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
    text[length] = 0;
}

#endif
