// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CBaseline.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { most_connections = 1024, read_capacity = 1 << 17 };

struct peer {
    int descriptor;
    uint8_t *in, *out;
    size_t in_count, out_count, out_capacity;
};

struct baseline_copier {
    pthread_t thread;
    int listener, poll, stop;
    size_t fanout, next, count, event_size;
    struct peer *peers[most_connections];
    char path[108];
    uint8_t event[4096];
};

static uint8_t *room(struct peer *peer, size_t count) {
    if (peer->out_count + count > peer->out_capacity) {
        peer->out_capacity = (peer->out_count + count) * 2;
        uint8_t *larger = realloc(peer->out, peer->out_capacity);
        if (!larger) abort();
        peer->out = larger;
    }
    return peer->out + peer->out_count;
}

static void answer(struct baseline_copier *copier, struct peer *peer, const uint8_t *frame) {
    uint8_t *place = room(peer, 512);
    if (baseline_int32(frame, ":message-type", -1) == 4) {
        peer->out_count += baseline_frame(place, 5, 1, 0, NULL, NULL, NULL, "", 0);
        return;
    }
    peer->out_count += baseline_frame(place, 0, 2, baseline_int32(frame, ":stream-id", 0),
                                      "aws.greengrass#PublishToIoTCoreResponse", NULL, NULL, "{}", 2);
    if (!baseline_ends_with(frame, "operation", "PublishToIoTCore")) return;
    for (size_t index = 0; index < copier->fanout; index++) {
        struct peer *target = copier->peers[copier->next++ % copier->count];
        memcpy(room(target, copier->event_size), copier->event, copier->event_size);
        target->out_count += copier->event_size;
    }
}

static int read_peer(struct baseline_copier *copier, struct peer *peer) {
    ssize_t received = recv(peer->descriptor, peer->in + peer->in_count, read_capacity - peer->in_count, MSG_DONTWAIT);
    if (received <= 0) return -1;
    peer->in_count += (size_t)received;
    size_t place = 0;
    while (peer->in_count - place >= 12) {
        const uint8_t *frame = peer->in + place;
        size_t total = (size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3];
        if (total < 16 || total > read_capacity) return -1;
        if (peer->in_count - place < total) break;
        answer(copier, peer, frame);
        place += total;
    }
    peer->in_count -= place;
    memmove(peer->in, peer->in + place, peer->in_count);
    return 0;
}

/// Waits for room in the kernel if need be: there is one thread only, and the other side always reads.
static void flush_peer(struct peer *peer) {
    size_t sent = 0;
    while (sent < peer->out_count) {
        ssize_t count = send(peer->descriptor, peer->out + sent, peer->out_count - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += (size_t)count;
    }
    peer->out_count = 0;
}

static void add_peer(struct baseline_copier *copier) {
    int descriptor = accept4(copier->listener, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0 || copier->count == most_connections) return;
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) abort();
    peer->descriptor = descriptor;
    peer->in = malloc(read_capacity);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    epoll_ctl(copier->poll, EPOLL_CTL_ADD, descriptor, &event);
    copier->peers[copier->count++] = peer;
}

static void *serve(void *argument) {
    struct baseline_copier *copier = argument;
    for (;;) {
        struct epoll_event ready[64];
        int count = epoll_wait(copier->poll, ready, 64, -1);
        for (int index = 0; index < count; index++) {
            if (ready[index].data.ptr == &copier->stop) return NULL;
            if (ready[index].data.ptr == &copier->listener) {
                add_peer(copier);
            } else if (read_peer(copier, ready[index].data.ptr) != 0) {
                struct peer *peer = ready[index].data.ptr;
                epoll_ctl(copier->poll, EPOLL_CTL_DEL, peer->descriptor, NULL);
            }
        }
        for (size_t index = 0; index < copier->count; index++) flush_peer(copier->peers[index]);
    }
}

static void watch(struct baseline_copier *copier, int descriptor, void *tag) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = tag};
    epoll_ctl(copier->poll, EPOLL_CTL_ADD, descriptor, &event);
}

struct baseline_copier *baseline_copier_start(const char *socket_path, size_t fanout, size_t event_count) {
    struct baseline_copier *copier = calloc(1, sizeof *copier);
    if (!copier) return NULL;
    char *payload = malloc(event_count);
    if (!payload || event_count > 3072) abort();
    memset(payload, 'A', event_count);
    copier->fanout = fanout;
    copier->event_size = baseline_frame(copier->event, 0, 0, 1, "aws.greengrass#IoTCoreMessage", NULL, NULL, payload,
                                        event_count);
    free(payload);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    snprintf(copier->path, sizeof copier->path, "%s", socket_path);
    copier->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    copier->poll = epoll_create1(EPOLL_CLOEXEC);
    copier->stop = eventfd(0, EFD_CLOEXEC);
    if (bind(copier->listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(copier->listener, 512) != 0) {
        return NULL;
    }
    watch(copier, copier->listener, &copier->listener);
    watch(copier, copier->stop, &copier->stop);
    if (pthread_create(&copier->thread, NULL, serve, copier) != 0) return NULL;
    return copier;
}

void baseline_copier_stop(struct baseline_copier *copier) {
    uint64_t one = 1;
    if (write(copier->stop, &one, sizeof one) != sizeof one) abort();
    pthread_join(copier->thread, NULL);
    for (size_t index = 0; index < copier->count; index++) {
        close(copier->peers[index]->descriptor);
        free(copier->peers[index]->in);
        free(copier->peers[index]->out);
        free(copier->peers[index]);
    }
    close(copier->listener);
    close(copier->poll);
    close(copier->stop);
    unlink(copier->path);
    free(copier);
}
