// Sends requests over HTTP/1.1 in an open loop, and measures how long their answers take:
//
//     load PORT REQUEST CONNECTIONS RATE SECONDS SEED
//
// REQUEST is a file with the bytes of one request. Requests are due at the times of a Poisson process of RATE a second, whatever becomes
// of those before: one that finds no connection free waits for one, and its latency is from when it was due (Tene, "How NOT to measure
// latency", 2013). The first tenth of the time doesn't count. Prints one line of JSON; times are in microseconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_connections = 4096, answer_room = 1 << 16, steps = 64, octaves = 40, most_waiting = 1 << 20 };

struct connection {
    int socket;
    uint64_t due;      // of the request under way; 0 where there is none
    size_t sent, read; // bytes of the request, and of the answer
    char answer[answer_room];
};

static struct connection connections[most_connections];
static int idle[most_connections], idle_count;
static uint64_t waiting[most_waiting];
static size_t first_waiting, waiting_count;
// Buckets of an octave are a 64th of it wide: 1.6 %.
static uint64_t histogram[octaves * steps];
static char *request;
static size_t request_bytes;
static int queue;
static uint64_t answered, failed, counted, begin_counting, longest;
static double sum;

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// SplitMix64 (Steele, Lea and Flood, 2014).
static uint64_t state;
static double uniform(void) {
    uint64_t word = state += 0x9E3779B97F4A7C15u;
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    return (double)((word ^ (word >> 31)) >> 11) * 0x1p-53;
}

static size_t bucket(uint64_t time) {
    if (time < steps) return (size_t)time;
    int octave = 63 - __builtin_clzll(time) - 6;
    size_t place = (size_t)(octave + 1) * steps + (size_t)((time >> octave) - steps);
    return place < octaves * steps ? place : octaves * steps - 1;
}

static double bound(size_t place) {
    if (place < steps) return (double)place + 1;
    size_t octave = place / steps - 1;
    return (double)((place % steps + steps + 1) << octave);
}

static double quantile(double part) {
    uint64_t wanted = (uint64_t)ceil(part * (double)counted), found = 0;
    for (size_t place = 0; place < octaves * steps; place++) {
        found += histogram[place];
        if (found >= wanted && found > 0) return bound(place) / 1000;
    }
    return 0;
}

static void open_connection(int number, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int handle = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(handle, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)number};
    epoll_ctl(queue, EPOLL_CTL_ADD, handle, &event);
    connections[number].socket = handle;
    idle[idle_count++] = number;
}

static void send_rest(struct connection *it) {
    while (it->sent < request_bytes) {
        ssize_t count = send(it->socket, request + it->sent, request_bytes - it->sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) {
            struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = (uint32_t)(it - connections)};
            epoll_ctl(queue, EPOLL_CTL_MOD, it->socket, &event);
            return;
        }
        if (count < 0) fail("send");
        it->sent += (size_t)count;
    }
}

static void ask(uint64_t due) {
    struct connection *it = &connections[idle[--idle_count]];
    it->due = due;
    it->sent = it->read = 0;
    send_rest(it);
}

// Whether the answer is there as a whole.
static int is_whole(struct connection *it) {
    it->answer[it->read] = 0;
    char *end = strstr(it->answer, "\r\n\r\n");
    if (!end) return 0;
    char *length = strcasestr(it->answer, "content-length:");
    // Another header's name ends with the same words.
    while (length && length > it->answer && length[-1] == '-') length = strcasestr(length + 1, "content-length:");
    if (!length || length > end) fail("an answer without Content-Length");
    return it->read >= (size_t)(end + 4 - it->answer) + strtoull(length + 15, NULL, 10);
}

static void receive(struct connection *it) {
    ssize_t count = recv(it->socket, it->answer + it->read, answer_room - 1 - it->read, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) fail("the server ended a connection");
    it->read += (size_t)count;
    if (!is_whole(it)) return;
    uint64_t time = now();
    answered++;
    if (strncmp(it->answer, "HTTP/1.1 200", 12)) failed++;
    if (it->due >= begin_counting) {
        counted++;
        histogram[bucket(time - it->due)]++;
        sum += (double)(time - it->due);
        if (time - it->due > longest) longest = time - it->due;
    }
    it->due = 0;
    idle[idle_count++] = (int)(it - connections);
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: load PORT REQUEST CONNECTIONS RATE SECONDS SEED\n");
        return 64;
    }
    int port = atoi(arguments[1]), number = atoi(arguments[3]);
    double rate = atof(arguments[4]), seconds = atof(arguments[5]);
    state = strtoull(arguments[6], NULL, 10);
    FILE *file = fopen(arguments[2], "rb");
    if (!file || number < 1 || number > most_connections || !(rate > 0)) fail(arguments[2]);
    request = malloc(1 << 20);
    request_bytes = fread(request, 1, 1 << 20, file);
    fclose(file);
    queue = epoll_create1(0);
    for (int index = 0; index < number; index++) open_connection(index, port);

    uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), next = start;
    begin_counting = start + (uint64_t)(seconds * 1e8);
    uint64_t last = end + 2000000000u;
    for (uint64_t time = start;; time = now()) {
        while (next <= time && next < end) {
            if (waiting_count < most_waiting) waiting[(first_waiting + waiting_count++) % most_waiting] = next;
            next += (uint64_t)(-log(1 - uniform()) / rate * 1e9) + 1;
        }
        while (waiting_count && idle_count) {
            ask(waiting[first_waiting]);
            first_waiting = (first_waiting + 1) % most_waiting;
            waiting_count--;
        }
        if (time >= end && ((!waiting_count && idle_count == number) || time >= last)) break;
        uint64_t until = next < end ? next : last;
        struct timespec rest = {0, until > time ? (long)(until - time < 100000000 ? until - time : 100000000) : 0};
        struct epoll_event events[64];
        int found = epoll_pwait2(queue, events, 64, &rest, NULL);
        for (int index = 0; index < found; index++) {
            struct connection *it = &connections[events[index].data.u32];
            if (events[index].events & EPOLLOUT) {
                struct epoll_event event = {.events = EPOLLIN, .data.u32 = events[index].data.u32};
                epoll_ctl(queue, EPOLL_CTL_MOD, it->socket, &event);
                send_rest(it);
            }
            if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(it);
        }
    }
    // What never came is later than anything that did.
    uint64_t missing = waiting_count + (uint64_t)(number - idle_count);
    counted += missing;
    histogram[octaves * steps - 1] += missing;
    printf("{\"rate\": %.1f, \"answered\": %llu, \"failed\": %llu, \"missing\": %llu, \"counted\": %llu, \"mean\": %.1f, "
           "\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f}\n",
           (double)answered / seconds, (unsigned long long)answered, (unsigned long long)failed,
           (unsigned long long)missing, (unsigned long long)counted, counted ? sum / (double)counted / 1000 : 0,
           quantile(0.5), quantile(0.9), quantile(0.99), quantile(0.999), (double)longest / 1000);
    return failed ? 1 : 0;
}
