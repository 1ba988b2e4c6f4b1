// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CEventReactor.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static _Thread_local void *thread_value;

void *cer_thread_local(void) { return thread_value; }

void cer_set_thread_local(void *value) { thread_value = value; }

int cer_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cer_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }

int cer_open_path(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

int cer_disable_core_dumps(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none);
}

int cer_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int cer_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cer_accept(int descriptor) { return accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

const char *cer_error_text(int number, char *buffer, size_t capacity) {
#ifdef __GLIBC__
    return strerror_r(number, buffer, capacity);
#else
    return strerror_r(number, buffer, capacity) == 0 ? buffer : "unknown error";
#endif
}

char **cer_environment(void) { return environ; }
