// SPDX-License-Identifier: Apache-2.0
//
// ipc-echo SOCKET [NOTIFICATIONS]: accepts every CONNECT, answers every request with the same response, and floods a
// subscription to the topic "flood/N" with N events of 256 bytes. It reads nothing it need not: what is measured is the
// client. With NOTIFICATIONS it sends so many tunnel notifications, half a second apart, to the newest
// subscription to a topic that ends with "/tunnels/notify", and prints the monotonic clock's nanoseconds as it sends each.

#define _GNU_SOURCE
#include "CBaseline.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { capacity = 1 << 18 };

static int notifications = 0;

static int send_all(int descriptor, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

static size_t answer_call(uint8_t *output, int32_t stream) {
    static const char payload[] = "{\"componentName\":\"benchmark\",\"value\":{\"leaf\":\"value\"}}";
    return baseline_frame(output, 0, 2, stream, "aws.greengrass#GetConfigurationResponse", NULL, NULL, payload,
                          sizeof payload - 1);
}

/// The same event over and over, many in a write, so that the server costs next to nothing.
static int flood(int descriptor, int32_t stream, long count) {
    static const char head[] = "{\"message\":{\"topicName\":\"a/b\",\"payload\":\"", tail[] = "\"}}";
    char payload[512];
    size_t length = sizeof head - 1;
    memcpy(payload, head, length);
    // 256 bytes in base64: 344 characters, the last two of them padding.
    for (int index = 0; index < 341; index++) payload[length++] = "QUJDREVGR0g"[index % 11];
    memcpy(payload + length, "A==", 3);
    length += 3;
    memcpy(payload + length, tail, sizeof tail - 1);
    length += sizeof tail - 1;

    enum { at_once = 100 };
    static __thread uint8_t frames[at_once * 768];
    size_t size = 0;
    for (int index = 0; index < at_once; index++) {
        size = baseline_frame(frames + (size_t)index * size, 0, 0, stream, "aws.greengrass#IoTCoreMessage", NULL, NULL,
                              payload, length);
    }
    while (count > 0) {
        long now = count < at_once ? count : at_once;
        if (send_all(descriptor, frames, size * (size_t)now) != 0) return -1;
        count -= now;
    }
    return 0;
}

static size_t base64(char *to, const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text), count = 0;
    for (size_t index = 0; index < length; index += 3) {
        uint32_t bits = 0;
        for (size_t place = 0; place < 3; place++) {
            bits = bits << 8 | (index + place < length ? (uint8_t)text[index + place] : 0u);
        }
        for (size_t place = 0; place < 4; place++) {
            to[count++] = index + place <= length ? digits[bits >> (18 - 6 * place) & 63] : '=';
        }
    }
    return count;
}

/// The newest subscription to notifications: a client that renews its own closes the older ones.
static _Atomic int32_t subscriber;

/// What AWS IoT publishes when a tunnel is opened, each with a token of its own. On a thread, so that requests are
/// answered meanwhile; it writes while nothing else does, half a second after all of them.
static void *notify(void *argument) {
    int descriptor = (int)(intptr_t)argument;
    for (int number = 1; notifications > 0; number++, notifications--) {
        uint8_t frame[2048];
        char notification[256], encoded[512], payload[1024];
        usleep(500000);
        snprintf(notification, sizeof notification,
                 "{\"clientAccessToken\":\"AQGAAXbenchmark%08d\",\"clientMode\":\"destination\",\"region\":\"us-west-2\","
                 "\"services\":[\"SSH\"]}",
                 number);
        encoded[base64(encoded, notification)] = 0;
        int length = snprintf(payload, sizeof payload,
                              "{\"message\":{\"topicName\":\"$aws/things/MyThing/tunnels/notify\",\"payload\":\"%s\"}}", encoded);
        size_t size = baseline_frame(frame, 0, 0, subscriber, "aws.greengrass#IoTCoreMessage", NULL, NULL,
                                     payload, (size_t)length);
        unsigned long long now = baseline_now();
        if (send_all(descriptor, frame, size) != 0) return NULL;
        printf("%llu\n", now);
        fflush(stdout);
    }
    return NULL;
}

static int start_notifying(int descriptor, int32_t stream) {
    pthread_t thread;
    bool is_first = subscriber == 0;
    subscriber = stream;
    if (!is_first) return 0;
    if (pthread_create(&thread, NULL, notify, (void *)(intptr_t)descriptor) != 0) return -1;
    return pthread_detach(thread);
}

/// Answers one frame into `output`, or floods at once; returns how much there is to send, or -1.
static long answer(int descriptor, const uint8_t *frame, size_t count, uint8_t *output) {
    int32_t type = baseline_int32(frame, ":message-type", -1);
    int32_t stream = baseline_int32(frame, ":stream-id", 0);
    if (type == 4) return (long)baseline_frame(output, 5, 1, 0, NULL, NULL, NULL, "", 0);
    if (baseline_int32(frame, ":message-flags", 0) & 2) return 0;
    if (!baseline_ends_with(frame, "operation", "#SubscribeToIoTCore")) return (long)answer_call(output, stream);

    size_t size = baseline_frame(output, 0, 0, stream, "aws.greengrass#SubscribeToIoTCoreResponse", NULL, NULL, "{}", 2);
    if (send_all(descriptor, output, size) != 0) return -1;
    if (notifications > 0 && memmem(frame, count, "/tunnels/notify", 15)) return start_notifying(descriptor, stream);
    const uint8_t *topic = memmem(frame, count, "flood/", 6);
    return topic && flood(descriptor, stream, strtol((const char *)topic + 6, NULL, 10)) != 0 ? -1 : 0;
}

static void *serve(void *argument) {
    int descriptor = (int)(intptr_t)argument;
    uint8_t *input = malloc(capacity), *output = malloc(capacity);
    size_t filled = 0;
    while (input && output) {
        ssize_t received = recv(descriptor, input + filled, capacity - filled, 0);
        if (received <= 0) break;
        filled += (size_t)received;
        size_t start = 0, pending = 0;
        long total;
        while ((total = baseline_check(input + start, filled - start)) > 0) {
            if (pending > capacity - 4096) {
                if (send_all(descriptor, output, pending) != 0) goto end;
                pending = 0;
            }
            long count = answer(descriptor, input + start, (size_t)total, output + pending);
            if (count < 0) goto end;
            pending += (size_t)count;
            start += (size_t)total;
        }
        if (total < 0 || (pending > 0 && send_all(descriptor, output, pending) != 0)) break;
        memmove(input, input + start, filled - start);
        filled -= start;
    }
end:
    free(input);
    free(output);
    close(descriptor);
    return NULL;
}

int main(int count, char **arguments) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (count < 2 || count > 3 || strlen(arguments[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: ipc-echo SOCKET [NOTIFICATIONS]\n");
        return 2;
    }
    if (count == 3) notifications = atoi(arguments[2]);
    strcpy(address.sun_path, arguments[1]);
    unlink(arguments[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror("ipc-echo: bind");
        return 1;
    }
    for (;;) {
        int descriptor = accept(listener, NULL, NULL);
        pthread_t thread;
        if (descriptor < 0) continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)descriptor) == 0) pthread_detach(thread);
    }
}
