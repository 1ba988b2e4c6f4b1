// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CBaseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { most_connections = 1024, largest_frame = 4096, read_capacity = 1 << 18, patience_ms = 10000 };

struct client {
    int descriptor;
    int32_t last_stream, subscriptions;
    size_t in_flight;
    uint8_t carry[largest_frame];
    size_t carried;
    uint8_t *out;
    size_t out_count, out_sent, out_capacity;
};

struct baseline_load {
    char path[108];
    int poll;
    size_t count;
    struct client *clients[most_connections];
    uint64_t answers, events, bytes, frames;
    uint8_t buffer[read_capacity];
};

struct baseline_load *baseline_load_make(const char *socket_path) {
    struct baseline_load *load = calloc(1, sizeof *load);
    if (!load) return NULL;
    snprintf(load->path, sizeof load->path, "%s", socket_path);
    load->poll = epoll_create1(EPOLL_CLOEXEC);
    return load;
}

static uint8_t *room(struct client *client, size_t count) {
    if (client->out_count + count > client->out_capacity) {
        client->out_capacity = (client->out_count + count) * 2;
        uint8_t *larger = realloc(client->out, client->out_capacity);
        if (!larger) abort();
        client->out = larger;
    }
    return client->out + client->out_count;
}

/// Sends what the kernel takes.
static int flush_client(struct client *client) {
    while (client->out_sent < client->out_count) {
        ssize_t sent = send(client->descriptor, client->out + client->out_sent, client->out_count - client->out_sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) return errno == EAGAIN ? 0 : -1;
        client->out_sent += (size_t)sent;
    }
    client->out_count = client->out_sent = 0;
    return 0;
}

static int take(struct baseline_load *load, struct client *client, const uint8_t *frame, long total) {
    if ((load->frames++ & 63) == 0 && baseline_check(frame, (size_t)total) != total) return -1;
    if (baseline_int32(frame, ":message-type", -1) != 0) return -1;
    if (client->subscriptions >= baseline_int32(frame, ":stream-id", -1)) {
        // Or, while nothing is published yet, the answer to a subscription.
        load->events++;
    } else {
        load->answers++;
        client->in_flight--;
    }
    return 0;
}

/// Reads once and looks at each whole frame.
static int drain(struct baseline_load *load, struct client *client) {
    memcpy(load->buffer, client->carry, client->carried);
    ssize_t received = recv(client->descriptor, load->buffer + client->carried, read_capacity - client->carried,
                            MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return 0;
    if (received <= 0) {
        if (received == 0) errno = ECONNRESET;
        return -1;
    }
    load->bytes += (uint64_t)received;
    size_t count = client->carried + (size_t)received, place = 0;
    while (count - place >= 12) {
        const uint8_t *frame = load->buffer + place;
        size_t total = (size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3];
        if (total < 16 || total > largest_frame) return errno = EPROTO, -1;
        if (count - place < total) break;
        if (take(load, client, frame, (long)total) != 0) return errno = EPROTO, -1;
        place += total;
    }
    client->carried = count - place;
    memcpy(client->carry, load->buffer + place, client->carried);
    return 0;
}

int baseline_load_connect(struct baseline_load *load, const char *token) {
    if (load->count == most_connections) return errno = EMFILE, -1;
    struct client *client = calloc(1, sizeof *client);
    if (!client) return -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, load->path);
    client->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->descriptor < 0) goto failed;
    if (connect(client->descriptor, (struct sockaddr *)&address, sizeof address) != 0) goto failed;
    char payload[64];
    int length = snprintf(payload, sizeof payload, "{\"authToken\":\"%s\"}", token);
    uint8_t frame[512];
    size_t count = baseline_frame(frame, 4, 0, 0, NULL, NULL, "0.1.0", payload, (size_t)length);
    if (send(client->descriptor, frame, count, MSG_NOSIGNAL) != (ssize_t)count) goto failed;
    ssize_t received = recv(client->descriptor, frame, sizeof frame, 0);
    if (received < 16 || baseline_check(frame, (size_t)received) != received ||
        !(baseline_int32(frame, ":message-flags", 0) & 1)) {
        errno = EACCES;
        goto failed;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(load->poll, EPOLL_CTL_ADD, client->descriptor, &event) != 0) goto failed;
    load->clients[load->count++] = client;
    return 0;
failed:;
    int failure = errno;
    if (client->descriptor >= 0) close(client->descriptor);
    free(client);
    errno = failure;
    return -1;
}

static void call(struct client *client, const char *operation, const char *format, int number) {
    char payload[2048], shape[128];
    int length = snprintf(payload, sizeof payload, format, number);
    snprintf(shape, sizeof shape, "%sRequest", operation);
    uint8_t *place = room(client, (size_t)length + 512);
    client->out_count += baseline_frame(place, 0, 0, ++client->last_stream, shape, operation, NULL, payload,
                                        (size_t)length);
}

int baseline_load_subscribe(struct baseline_load *load, size_t connection, const char *operation, const char *format,
                            int number) {
    if (connection >= load->count) return errno = EINVAL, -1;
    struct client *client = load->clients[connection];
    // Subscriptions come first on a connection: their streams are told by number.
    if (client->last_stream != client->subscriptions) return errno = EINVAL, -1;
    call(client, operation, format, number);
    client->subscriptions++;
    return 0;
}

/// One turn: sends, waits, reads.
static int turn(struct baseline_load *load) {
    int waits_for_room = 0;
    for (size_t index = 0; index < load->count; index++) {
        struct client *client = load->clients[index];
        if (client->out_count == 0) continue;
        if (flush_client(client) != 0) return -1;
        if (client->out_count > 0) waits_for_room = 1;
    }
    struct epoll_event ready[64];
    int count = epoll_wait(load->poll, ready, 64, waits_for_room ? 1 : patience_ms);
    if (count < 0) return errno == EINTR ? 0 : -1;
    if (count == 0 && !waits_for_room) return errno = ETIMEDOUT, -1;
    for (int index = 0; index < count; index++) {
        if (drain(load, ready[index].data.ptr) != 0) return -1;
    }
    return 0;
}

int baseline_load_settle(struct baseline_load *load) {
    uint64_t wanted = 0;
    for (size_t index = 0; index < load->count; index++) wanted += (uint64_t)load->clients[index]->subscriptions;
    while (load->events < wanted) {
        if (turn(load) != 0) return -1;
    }
    return 0;
}

int baseline_load_publish(struct baseline_load *load, size_t publishers, size_t window, const char *operation,
                          const char *format, int topics, int stride, uint64_t count, uint64_t events,
                          struct baseline_load_result *result) {
    uint64_t started = baseline_now(), cpu = baseline_thread_time(), published = 0;
    load->answers = load->events = load->bytes = 0;
    while (load->answers < count || load->events < events) {
        for (size_t index = 0; index < publishers && published < count; index++) {
            struct client *client = load->clients[index];
            while (client->in_flight < window && published < count) {
                call(client, operation, format, (int)((published * (uint64_t)stride) % (uint64_t)topics));
                client->in_flight++;
                published++;
            }
        }
        if (turn(load) != 0) return -1;
    }
    *result = (struct baseline_load_result){baseline_now() - started, baseline_thread_time() - cpu, load->answers,
                                            load->events, load->bytes};
    return load->events == events ? 0 : (errno = EPROTO, -1);
}

void baseline_load_close(struct baseline_load *load) {
    for (size_t index = 0; index < load->count; index++) {
        close(load->clients[index]->descriptor);
        free(load->clients[index]->out);
        free(load->clients[index]);
    }
    close(load->poll);
    free(load);
}
