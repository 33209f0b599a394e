// ONNX Runtime behind a small HTTP server, as quick as one can be made of them: each thread has a queue of events (epoll) of its own and
// answers where it has read.
//
//     serve_onnxruntime MODEL INPUT OUTPUT SHAPE CLASSES THREADS
//
// It takes what the Open Inference Protocol calls a binary request, of one sample, of which it reads what it must: the body's last bytes
// are the sample. It prints the port that it listens on.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "../programs/onnxruntime.h"

enum { most_dimensions = 8, room = 1 << 16 };

static void *const *table;
static void *session, *memory;
static const char *input_name, *output_name;
static int64_t shape[most_dimensions];
static size_t rank, sample_bytes, classes;
static int port;

static void fail(const char *what) {
    fprintf(stderr, "serve_onnxruntime: %s\n", what);
    exit(1);
}

struct connection {
    int socket;
    size_t read;
    char bytes[room];
};

static int listening(void) {
    int handle = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(handle, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    socklen_t size = sizeof address;
    if (bind(handle, (struct sockaddr *)&address, size) || listen(handle, 1024)) fail("bind");
    getsockname(handle, (struct sockaddr *)&address, &size);
    port = ntohs(address.sin_port);
    return handle;
}

static void answer(struct connection *it, const char *sample) {
    void *(*make_tensor)(void *, void *, size_t, const int64_t *, size_t, int, void **) = table[create_tensor_with_data];
    void *(*run_session)(void *, void *, const char *const *, void *const *, size_t, const char *const *, size_t, void **) =
        table[run];
    void *(*data)(void *, void **) = table[tensor_data];
    void (*release)(void *) = table[release_value];
    _Alignas(64) float aligned[1 << 14];
    memcpy(aligned, sample, sample_bytes);
    void *value, *result = NULL, *numbers;
    if (make_tensor(memory, aligned, sample_bytes, shape, rank, type_float, &value)) fail("tensor");
    if (run_session(session, NULL, &input_name, (void *const *)&value, 1, &output_name, 1, &result)) fail("run");
    if (data(result, &numbers)) fail("data");
    char text[4096], body[512];
    int header = snprintf(
        body, sizeof body,
        "{\"model_name\":\"m\",\"outputs\":[{\"name\":\"%s\",\"datatype\":\"FP32\",\"shape\":[1,%zu],"
        "\"parameters\":{\"binary_data_size\":%zu}}]}", output_name, classes, 4 * classes);
    int count = snprintf(
        text, sizeof text,
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nInference-Header-Content-Length: %d\r\n"
        "Content-Length: %zu\r\n\r\n%s", header, (size_t)header + 4 * classes, body);
    memcpy(text + count, numbers, 4 * classes);
    if (send(it->socket, text, (size_t)count + 4 * classes, MSG_NOSIGNAL) < 0) return;
    release(result);
    release(value);
}

// Answers what is whole; 0 where the connection ends.
static int handle_bytes(struct connection *it) {
    ssize_t count = recv(it->socket, it->bytes + it->read, room - 1 - it->read, 0);
    if (count <= 0) return 0;
    it->read += (size_t)count;
    for (;;) {
        it->bytes[it->read] = 0;
        char *end = strstr(it->bytes, "\r\n\r\n");
        if (!end) return it->read < room - 1;
        char *length = strcasestr(it->bytes, "content-length:");
        // The other header's name ends with the same words.
        while (length && length > it->bytes && length[-1] == '-') length = strcasestr(length + 1, "content-length:");
        if (!length || length > end) return 0;
        size_t body = strtoull(length + 15, NULL, 10), whole = (size_t)(end + 4 - it->bytes) + body;
        if (whole >= room || body < sample_bytes) return 0;
        if (it->read < whole) return 1;
        answer(it, it->bytes + whole - sample_bytes);
        memmove(it->bytes, it->bytes + whole, it->read - whole);
        it->read -= whole;
    }
}

__attribute__((noreturn)) static void *serve(void *argument) {
    int listener = (int)(intptr_t)argument, queue = epoll_create1(0), one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[64];
        int found = epoll_wait(queue, events, 64, -1);
        for (int index = 0; index < found; index++) {
            struct connection *it = events[index].data.ptr;
            if (it) {
                if (!handle_bytes(it)) {
                    close(it->socket);
                    free(it);
                }
                continue;
            }
            it = calloc(1, sizeof *it);
            it->socket = accept(listener, NULL, NULL);
            setsockopt(it->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            event.data.ptr = it;
            epoll_ctl(queue, EPOLL_CTL_ADD, it->socket, &event);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 7) fail("usage: serve_onnxruntime MODEL INPUT OUTPUT SHAPE CLASSES THREADS");
    input_name = arguments[2];
    output_name = arguments[3];
    sample_bytes = 4;
    for (char *text = arguments[4], *rest; *text && rank < most_dimensions; text = *rest == 'x' ? rest + 1 : rest) {
        shape[rank++] = strtoll(text, &rest, 10);
        if (rest == text) fail("shape");
        sample_bytes *= (size_t)shape[rank - 1];
    }
    classes = strtoull(arguments[5], NULL, 10);
    int threads = atoi(arguments[6]);
    if (sample_bytes > 1 << 16 || classes > 256) fail("a sample or an answer is too large");
    table = OrtGetApiBase()->table(version);
    void *(*make_environment)(int, const char *, void **) = table[create_env];
    void *(*make_options)(void **) = table[create_options];
    void *(*set)(void *, int) = table[set_optimization_level];
    void *(*set_threads)(void *, int) = table[set_intra_threads];
    void *(*make_session)(void *, const char *, void *, void **) = table[create_session];
    void *(*make_memory)(int, int, void **) = table[create_cpu_memory_info];
    void *environment, *options;
    if (make_environment(warning, "serve", &environment)) fail("environment");
    if (make_options(&options) || set(options, all_optimizations) || set_threads(options, 1)) fail("options");
    if (make_session(environment, arguments[1], options, &session)) fail(arguments[1]);
    if (make_memory(0, 0, &memory)) fail("memory");
    pthread_t thread;
    for (int index = 0; index < threads; index++) {
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)listening())) fail("thread");
    }
    printf("%d\n", port);
    fflush(stdout);
    pthread_join(thread, NULL);
    return 0;
}
