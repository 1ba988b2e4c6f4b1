// SPDX-License-Identifier: Apache-2.0

#ifndef C_BASELINE_H
#define C_BASELINE_H

#include <stddef.h>
#include <stdint.h>

/// Nanoseconds of the monotonic clock.
uint64_t baseline_now(void);

/// memcpy that the compiler cannot leave out.
void baseline_copy(void *to, const void *from, size_t count);

/// Appends a frame with the headers of a request or an answer to `output` and returns its length.
/// `operation`, `shape` and `version` may be NULL.
size_t baseline_frame(uint8_t *output, int32_t type, int32_t flags, int32_t stream, const char *shape,
                      const char *operation, const char *version, const void *payload, size_t payload_count);

/// Both lengths and both checksums of a frame: its length, 0 if it is not all there, -1 if it is broken.
long baseline_check(const uint8_t *bytes, size_t count);

/// The int32 header with this name; `otherwise` if there is none.
int32_t baseline_int32(const uint8_t *frame, const char *name, int32_t otherwise);

/// Whether the string header with this name ends with `end`.
int baseline_ends_with(const uint8_t *frame, const char *name, const char *end);

/// A client that blocks: connects, then asks GetConfiguration `count` times, one after another, and stores how long
/// each took in nanoseconds. Returns 0, or -1 with errno set.
int baseline_calls(const char *socket_path, const char *token, size_t count, uint64_t *nanoseconds);

/// Nanoseconds that this thread, and this process, have kept a processor busy.
uint64_t baseline_thread_time(void);
uint64_t baseline_process_time(void);

/// Many clients on one thread, which check lengths, stream identifiers and one checksum in 64.
struct baseline_load;

/// What a run came to. `elapsed` and `cpu` (this thread's) are nanoseconds.
struct baseline_load_result {
    uint64_t elapsed, cpu, answers, events, bytes;
};

/// Clients of the server at this path; NULL when there is no memory.
struct baseline_load *baseline_load_make(const char *socket_path);
/// Connects one more. Returns 0, or -1 with errno set, as do the others.
int baseline_load_connect(struct baseline_load *load, const char *token);
/// Queues a call that opens a subscription. `format` is its payload, with one `%d` for `number`.
int baseline_load_subscribe(struct baseline_load *load, size_t connection, const char *operation, const char *format,
                            int number);
/// Sends what is queued and waits for all answers.
int baseline_load_settle(struct baseline_load *load);
/// Publishes `count` messages from the first `publishers` connections, `window` unanswered ones at most on each, the
/// n-th with `(n * stride) % topics` for the `%d` of `format`, and waits for `events` events and all answers.
int baseline_load_publish(struct baseline_load *load, size_t publishers, size_t window, const char *operation,
                          const char *format, int topics, int stride, uint64_t count, uint64_t events,
                          struct baseline_load_result *result);
void baseline_load_close(struct baseline_load *load);

/// A server in C on a thread of its own that acknowledges everybody, answers everything with the same bytes, and hands
/// each publish on to `fanout` of its connections as the same event of `event_count` bytes of payload. It looks at
/// lengths, stream and operation only.
struct baseline_copier;

struct baseline_copier *baseline_copier_start(const char *socket_path, size_t fanout, size_t event_count);
/// Ends it and removes its socket.
void baseline_copier_stop(struct baseline_copier *copier);

#endif
