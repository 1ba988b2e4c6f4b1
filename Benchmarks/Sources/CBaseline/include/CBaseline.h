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

#endif
