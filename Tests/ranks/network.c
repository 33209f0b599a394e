// A switch of slow links between network namespaces, for kernels without tc's netem: network PORTS BITS_PER_SECOND MICROSECONDS
//
// Port 0 is in the namespace that it is started in, the others are in the namespaces apus-1, apus-2, ... of `ip netns`. Each has a
// device `apus` (TUN), whose packets go to the port that the last byte of their IPv4 address names. A packet leaves its port when those
// before it have left, at the given rate, and arrives so many microseconds later. Port 0 is neither slow nor late.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { port_limit = 64, packet_limit = 512, packet_bytes = 65536 };

struct packet {
    double arrival;
    int target;
    ssize_t length;
    unsigned char *bytes;
};

// What has left a port and not yet arrived: a ring, in the order of arrival.
struct port {
    int device;
    double free_at;
    int first, count;
    struct packet packets[packet_limit];
};

static struct port ports[port_limit];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "network: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_device(void) {
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (device < 0) fail("/dev/net/tun");
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    strcpy(request.ifr_name, "apus");
    if (ioctl(device, TUNSETIFF, &request) < 0) fail("the device 'apus'");
    return device;
}

// Takes packets from a port as long as there is room for them.
static void take(int number, int count, double rate, double delay) {
    struct port *port = ports + number;
    static unsigned char bytes[packet_bytes];
    while (port->count < packet_limit) {
        ssize_t length = read(port->device, bytes, sizeof bytes);
        if (length < 0) return;
        if (length < 20 || bytes[0] >> 4 != 4) continue;
        // 10.77.0.N is port N.
        int target = bytes[19] % port_limit;
        if (target >= count || target == number) continue;
        double time = now();
        int is_slow = number != 0 && target != 0;
        if (is_slow) {
            if (port->free_at > time) time = port->free_at;
            time += 8.0 * (double)length / rate;
            port->free_at = time;
            time += delay;
        }
        struct packet *packet = port->packets + (port->first + port->count) % packet_limit;
        *packet = (struct packet){time, target, length, malloc((size_t)length)};
        if (!packet->bytes) fail("memory");
        memcpy(packet->bytes, bytes, (size_t)length);
        port->count++;
    }
}

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments != 4) {
        fprintf(stderr, "usage: network PORTS BITS_PER_SECOND MICROSECONDS\n");
        return 64;
    }
    int count = atoi(arguments[1]);
    double rate = atof(arguments[2]), delay = 1e-6 * atof(arguments[3]);
    if (count < 1 || count > port_limit || rate <= 0 || delay < 0) return 64;
    int home = open("/proc/self/ns/net", O_RDONLY);
    for (int number = 0; number < count; number++) {
        if (number > 0) {
            char name[64];
            snprintf(name, sizeof name, "/var/run/netns/apus-%d", number);
            int space = open(name, O_RDONLY);
            if (space < 0 || setns(space, CLONE_NEWNET) < 0) fail(name);
            close(space);
        }
        ports[number].device = open_device();
        if (setns(home, CLONE_NEWNET) < 0) fail("the first namespace");
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd waiting[port_limit];
        double next = now() + 1;
        for (int number = 0; number < count; number++) {
            struct port *port = ports + number;
            // A port whose packets have not left waits, and so do its senders.
            waiting[number] = (struct pollfd){port->device, port->count < packet_limit ? POLLIN : 0, 0};
            if (port->count && port->packets[port->first].arrival < next) next = port->packets[port->first].arrival;
        }
        double rest = next - now();
        struct timespec time = {rest > 0 ? (time_t)rest : 0, rest > 0 ? (long)(1e9 * (rest - (double)(time_t)rest)) : 0};
        if (ppoll(waiting, (nfds_t)count, &time, NULL) < 0 && errno != EINTR) fail("poll");
        for (int number = 0; number < count; number++) {
            struct port *port = ports + number;
            if (waiting[number].revents & POLLIN) take(number, count, rate, delay);
            while (port->count && port->packets[port->first].arrival <= now()) {
                struct packet *packet = port->packets + port->first;
                // What doesn't arrive TCP sends again.
                if (write(ports[packet->target].device, packet->bytes, (size_t)packet->length) < 0 && errno == EBADF) fail("write");
                free(packet->bytes);
                port->first = (port->first + 1) % packet_limit;
                port->count--;
            }
        }
    }
}
