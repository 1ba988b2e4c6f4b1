// SPDX-License-Identifier: Apache-2.0

#include "CBaseline.h"

#include <string.h>
#include <time.h>
#include <zlib.h>

uint64_t baseline_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t processor_time(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t baseline_thread_time(void) { return processor_time(CLOCK_THREAD_CPUTIME_ID); }

uint64_t baseline_process_time(void) { return processor_time(CLOCK_PROCESS_CPUTIME_ID); }

__attribute__((noinline)) void baseline_copy(void *to, const void *from, size_t count) {
    memcpy(to, from, count);
    __asm__ volatile("" : : "r"(to) : "memory");
}

static void put32(uint8_t *to, uint32_t value) {
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static uint8_t *put_name(uint8_t *to, const char *name, uint8_t type) {
    size_t count = strlen(name);
    *to++ = (uint8_t)count;
    memcpy(to, name, count);
    to += count;
    *to++ = type;
    return to;
}

static uint8_t *put_int32(uint8_t *to, const char *name, int32_t value) {
    to = put_name(to, name, 4);
    put32(to, (uint32_t)value);
    return to + 4;
}

static uint8_t *put_string(uint8_t *to, const char *name, const char *value) {
    size_t count = strlen(value);
    to = put_name(to, name, 7);
    *to++ = (uint8_t)(count >> 8);
    *to++ = (uint8_t)count;
    memcpy(to, value, count);
    return to + count;
}

size_t baseline_frame(uint8_t *output, int32_t type, int32_t flags, int32_t stream, const char *shape,
                      const char *operation, const char *version, const void *payload, size_t payload_count) {
    uint8_t *place = output + 12;
    if (version) place = put_string(place, ":version", version);
    if (shape) {
        place = put_string(place, ":content-type", "application/json");
        place = put_string(place, "service-model-type", shape);
    }
    place = put_int32(place, ":message-type", type);
    place = put_int32(place, ":message-flags", flags);
    place = put_int32(place, ":stream-id", stream);
    if (operation) place = put_string(place, "operation", operation);
    put32(output + 4, (uint32_t)(place - output - 12));
    memcpy(place, payload, payload_count);
    place += payload_count;
    size_t total = (size_t)(place - output) + 4;
    put32(output, (uint32_t)total);
    uint32_t checksum = (uint32_t)crc32(0, output, 8);
    put32(output + 8, checksum);
    put32(place, (uint32_t)crc32(checksum, output + 8, (uInt)(total - 12)));
    return total;
}

long baseline_check(const uint8_t *bytes, size_t count) {
    if (count < 12) return 0;
    uint32_t total = get32(bytes);
    uint32_t checksum = (uint32_t)crc32(0, bytes, 8);
    if (total < 16 || total > 24u << 20 || get32(bytes + 4) > total - 16 || checksum != get32(bytes + 8)) return -1;
    if (count < total) return 0;
    if (crc32(checksum, bytes + 8, total - 12) != get32(bytes + total - 4)) return -1;
    return (long)total;
}

/// The value of the header with this name and type, or NULL.
static const uint8_t *find(const uint8_t *frame, const char *name, uint8_t wanted) {
    const uint8_t *place = frame + 12, *end = place + get32(frame + 4);
    size_t count = strlen(name);
    while (place < end) {
        size_t length = *place++;
        const uint8_t *type = place + length;
        if (length == count && *type == wanted && memcmp(place, name, count) == 0) return type + 1;
        // Servers of this protocol send int32 and string headers only.
        place = *type == 7 ? type + 3 + (type[1] << 8 | type[2]) : type + 5;
    }
    return NULL;
}

int32_t baseline_int32(const uint8_t *frame, const char *name, int32_t otherwise) {
    const uint8_t *value = find(frame, name, 4);
    return value ? (int32_t)get32(value) : otherwise;
}

int baseline_ends_with(const uint8_t *frame, const char *name, const char *end) {
    const uint8_t *value = find(frame, name, 7);
    size_t count = strlen(end);
    if (!value) return 0;
    size_t length = (size_t)(value[0] << 8 | value[1]);
    return length >= count && memcmp(value + 2 + length - count, end, count) == 0;
}
