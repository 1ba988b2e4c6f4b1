// SPDX-License-Identifier: Apache-2.0

#include "CBaseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int send_all(int descriptor, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

/// Reads one frame, checked; -1 on any trouble. Nothing comes unasked, so no byte belongs to a next one.
static long receive_frame(int descriptor, uint8_t *buffer, size_t capacity) {
    size_t count = 0;
    for (;;) {
        ssize_t received = recv(descriptor, buffer + count, capacity - count, 0);
        if (received <= 0) {
            if (received == 0) errno = ECONNRESET;
            return -1;
        }
        count += (size_t)received;
        long total = baseline_check(buffer, count);
        if (total < 0) errno = EPROTO;
        if (total != 0) return total;
    }
}

static int open_connection(const char *path, const char *token, uint8_t *buffer, size_t capacity) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) goto failed;
    char payload[256];
    int length = snprintf(payload, sizeof payload, "{\"authToken\":\"%s\"}", token);
    size_t count = baseline_frame(buffer, 4, 0, 0, NULL, NULL, "0.1.0", payload, (size_t)length);
    if (send_all(descriptor, buffer, count) != 0 || receive_frame(descriptor, buffer, capacity) < 0) goto failed;
    if (baseline_int32(buffer, ":message-type", -1) == 5 && baseline_int32(buffer, ":message-flags", 0) & 1) {
        return descriptor;
    }
    errno = EACCES;
failed:
    close(descriptor);
    return -1;
}

int baseline_calls(const char *socket_path, const char *token, size_t count, uint64_t *nanoseconds) {
    static const char request[] = "{\"keyPath\":[\"leaf\"]}";
    uint8_t buffer[16384], answer[16384];
    int descriptor = open_connection(socket_path, token, buffer, sizeof buffer);
    if (descriptor < 0) return -1;
    int result = 0;
    for (size_t index = 0; index < count; index++) {
        uint64_t started = baseline_now();
        int32_t stream = (int32_t)index + 1;
        size_t length = baseline_frame(buffer, 0, 0, stream, "aws.greengrass#GetConfigurationRequest",
                                       "aws.greengrass#GetConfiguration", NULL, request, sizeof request - 1);
        if (send_all(descriptor, buffer, length) != 0 || receive_frame(descriptor, answer, sizeof answer) < 0) {
            result = -1;
            break;
        }
        if (baseline_int32(answer, ":stream-id", -1) != stream || baseline_int32(answer, ":message-type", -1) != 0) {
            errno = EPROTO;
            result = -1;
            break;
        }
        nanoseconds[index] = baseline_now() - started;
    }
    int failure = errno;
    close(descriptor);
    errno = failure;
    return result;
}
