/* Load in an open loop: requests come when they are due, however the server fares, as from many people who know nothing
   of each other. One that finds no connection free waits for one, and gives up after a second.
   usage: load PORT RATE SECONDS CONNECTIONS FILE      RATE 0: a closed loop, each connection asks again at once
   FILE: requests, each a line with its length and its bytes after that. The first second is not counted.
   prints counts of requests by what became of them, percentiles of their latency in us, and its own CPU as a share.
   Latency is from when a request was sent; due_: from when it was due; reads_, writes_: those of the 2xx, likewise. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 32768, WAITING = 1 << 20, BUCKETS = 4096 };
static const double kPatience = 1.0, kWarmUp = 1.0;

struct request { char *bytes; size_t size; };
struct connection { int fd; size_t have; double due, sent; int is_write; char *answer; };

static struct request *requests;
static size_t request_count, next_request;
static struct connection *connections;
static int *idle, idle_count, epoll;
static double waiting[WAITING];  /* when the requests were due that wait for a connection: a ring */
static size_t first_waiting, waiting_count;
static struct sockaddr_in server;
static double began, now, until;
static long sent, other, gave_up, broken;
struct latencies { long count, buckets[BUCKETS]; };
static struct latencies good, good_from_due, refused, reads, writes;  /* the last two from when they were due */

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double clock_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int counts(void) { return now >= began + kWarmUp && now < until; }

static void read_requests(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) fail(name);
    for (size_t size; fscanf(file, "%zu", &size) == 1;) {
        requests = realloc(requests, (request_count + 1) * sizeof *requests);
        struct request *request = &requests[request_count++];
        *request = (struct request){malloc(size), size};
        fgetc(file);
        if (fread(request->bytes, 1, size, file) != size) fail(name);
    }
    fclose(file);
    if (!request_count) fail("no requests");
}

static void dial(int index) {
    struct connection *connection = &connections[index];
    const int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&server, sizeof server) != 0) fail("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)index};
    epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
    connection->have = 0;
    idle[idle_count++] = index;
}

static void redial(int index) {
    close(connections[index].fd);
    dial(index);
}

static void send_one(double due) {
    const int index = idle[--idle_count];
    const struct request *request = &requests[next_request++ % request_count];
    connections[index].due = due;
    connections[index].sent = now;
    connections[index].is_write = request->bytes[0] != 'G';
    if (counts()) ++sent;
    /* A request is far smaller than a socket's buffer. */
    if (send(connections[index].fd, request->bytes, request->size, MSG_NOSIGNAL) != (ssize_t)request->size) {
        if (counts()) ++broken;
        redial(index);
    }
}

/* Sixty-four steps to a doubling: within 1.1 %. */
static int bucket_of(double seconds) {
    const int bucket = (int)(log2(seconds * 1e6 + 1) * 64);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static void note(struct latencies *latencies, double seconds) {
    ++latencies->count;
    ++latencies->buckets[bucket_of(seconds)];
}

static double percentile(const struct latencies *latencies, double share) {
    const double wanted = share * (double)latencies->count;
    long seen = 0;
    for (int i = 0; i < BUCKETS; ++i)
        if ((double)(seen += latencies->buckets[i]) >= wanted) return exp2((i + 0.5) / 64) - 1;
    return 0;
}

static void print_percentiles(const char *name, const struct latencies *latencies) {
    printf(" %sp50=%.0f %sp99=%.0f %sp999=%.0f", name, percentile(latencies, 0.5), name, percentile(latencies, 0.99), name,
           percentile(latencies, 0.999));
}

static void answered(const struct connection *connection) {
    if (!counts()) return;
    const int status = atoi(connection->answer + 9);
    if (status / 100 == 2) {
        note(&good, now - connection->sent);
        note(&good_from_due, now - connection->due);
        note(connection->is_write ? &writes : &reads, now - connection->due);
    } else if (status == 503) note(&refused, now - connection->sent);
    else ++other;
}

/* The whole answer's size, or 0 while its head is not there; and whether it is the connection's last. */
static size_t answer_size(struct connection *connection, int *closes) {
    connection->answer[connection->have] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n");
    if (!end) return 0;
    *end = 0;
    const char *length = strcasestr(connection->answer, "\r\nContent-Length:");
    *closes = strcasestr(connection->answer, "\r\nConnection: close") != NULL;
    *end = '\r';
    return (size_t)(end - connection->answer) + 4 + (length ? (size_t)atol(length + 17) : 0);
}

static void receive(int index) {
    struct connection *connection = &connections[index];
    const ssize_t got = recv(connection->fd, connection->answer + connection->have, ROOM - 1 - connection->have, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        /* Servers close connections that are idle for long: nobody loses by it. */
        int was_idle = 0;
        for (int i = 0; i < idle_count; ++i)
            if (idle[i] == index) idle[i--] = idle[--idle_count], was_idle = 1;
        if (counts() && !was_idle) ++broken;
        redial(index);
        return;
    }
    connection->have += (size_t)got;
    int closes = 0;
    const size_t size = answer_size(connection, &closes);
    if (size == 0 || connection->have < size) return;
    answered(connection);
    connection->have = 0;
    if (closes) redial(index);
    else idle[idle_count++] = index;
}

static void send_waiting(void) {
    while (waiting_count) {
        const double due = waiting[first_waiting % WAITING];
        const int is_late = now - due > kPatience;
        if (!is_late && !idle_count) return;
        ++first_waiting, --waiting_count;
        if (!is_late) send_one(due);
        else if (counts()) ++gave_up;
    }
}

static void run(double rate) {
    struct epoll_event events[512];
    double due = began;
    while ((now = clock_seconds()) < until) {
        if (rate <= 0)
            while (idle_count) send_one(now);
        for (; rate > 0 && due <= now; due += -log(1 - drand48()) / rate) {
            if (waiting_count < WAITING) waiting[(first_waiting + waiting_count++) % WAITING] = due;
            else ++gave_up;
        }
        send_waiting();
        const double rest = rate > 0 ? due - clock_seconds() : 1;
        const struct timespec pause = {0, rest > 0 ? (long)(fmin(rest, 0.01) * 1e9) : 0};
        struct pollfd ready = {.fd = epoll, .events = POLLIN};
        if (ppoll(&ready, 1, &pause, NULL) <= 0) continue;
        const int count = epoll_wait(epoll, events, 512, 0);
        now = clock_seconds();
        for (int i = 0; i < count; ++i) receive((int)events[i].data.u32);
    }
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: load PORT RATE SECONDS CONNECTIONS FILE\n");
        return 2;
    }
    const int count = atoi(argv[4]);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    read_requests(argv[5]);
    epoll = epoll_create1(0);
    connections = calloc((size_t)count, sizeof *connections);
    idle = calloc((size_t)count, sizeof *idle);
    for (int i = 0; i < count; ++i) {
        connections[i].answer = malloc(ROOM);
        dial(i);
    }
    began = clock_seconds();
    until = began + kWarmUp + atof(argv[3]);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    run(atof(argv[2]));
    getrusage(RUSAGE_SELF, &after);
    const double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
                       (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    printf("sent=%ld good=%ld refused=%ld other=%ld gave_up=%ld broken=%ld reads=%ld writes=%ld", sent, good.count, refused.count,
           other, gave_up, broken, reads.count, writes.count);
    print_percentiles("", &good);
    print_percentiles("due_", &good_from_due);
    print_percentiles("refused_", &refused);
    print_percentiles("reads_", &reads);
    print_percentiles("writes_", &writes);
    printf(" cpu=%.2f\n", cpu / (until - began));
    return 0;
}
