// SPDX-License-Identifier: Apache-2.0

// vfork and exec. The child shares the parent's memory until it executes: it makes system calls and nothing else.
// What went wrong comes back through a close-on-exec pipe, because under a sanitizer vfork is fork and memory is not
// shared.

#define _GNU_SOURCE
#include "CEventReactor.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sys/syscall.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CER_PLAIN __attribute__((noinline, no_sanitize("address", "thread")))
#endif
#endif
#ifndef CER_PLAIN
#define CER_PLAIN __attribute__((noinline))
#endif

// Which call failed, as a number that fits the pipe's message; the parent turns it into a name.
enum step { STEP_GROUP, STEP_DEATH, STEP_ORPHAN, STEP_PRIVILEGES, STEP_DIRECTORY, STEP_DESCRIPTORS, STEP_EXECUTE };

static const char *const step_names[] = {
    "setpgid", "prctl(PR_SET_PDEATHSIG)", "getppid", "prctl(PR_SET_NO_NEW_PRIVS)", "chdir", "dup2", "execve",
};

struct failure {
    int step;
    int error;
};

struct directory_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

// Closes the descriptors from `first` to `last`; false where the kernel cannot.
CER_PLAIN static int close_span(int first, unsigned last) {
    return first > 0 && (unsigned)first > last ? 1 : syscall(SYS_close_range, first, last, 0) == 0;
}

// Closes every descriptor from `first` on but two. close_range needs Linux 5.9; before that, /proc tells.
CER_PLAIN static void close_from(int first, int keep, int keep_too) {
    int low = keep < keep_too ? keep : keep_too, high = keep < keep_too ? keep_too : keep;
    if (low < first) low = high;
    if (close_span(first, low - 1) && close_span(low + 1, high - 1) && close_span(high + 1, ~0U)) return;
    int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        for (int descriptor = first; descriptor < 65536; descriptor++) {
            if (descriptor != keep && descriptor != keep_too) close(descriptor);
        }
        return;
    }
    // Aligned as the kernel writes its entries.
    _Alignas(8) char buffer[4096];
    long count;
    while ((count = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < count;) {
            struct directory_entry *entry = (struct directory_entry *)(buffer + at);
            int descriptor = 0;
            const char *digit = entry->name;
            for (; *digit >= '0' && *digit <= '9'; digit++) descriptor = descriptor * 10 + (*digit - '0');
            if (digit != entry->name && descriptor >= first && descriptor != keep && descriptor != keep_too
                && descriptor != directory) {
                close(descriptor);
            }
            at += entry->length;
        }
    }
    close(directory);
}

CER_PLAIN static void fail(int report, int step) {
    struct failure failure = {step, errno};
    while (write(report, &failure, sizeof failure) < 0 && errno == EINTR) {}
    _exit(127);
}

CER_PLAIN static void run_child(const struct cer_spawn_request *request, pid_t parent, int report) {
    if (request->new_process_group && setpgid(0, 0) < 0) fail(report, STEP_GROUP);
    if (request->death_signal) {
        if (prctl(PR_SET_PDEATHSIG, request->death_signal) < 0) fail(report, STEP_DEATH);
        // The parent may have died before the signal was armed.
        if (getppid() != parent) {
            errno = ESRCH;
            fail(report, STEP_ORPHAN);
        }
    }
    if (request->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(report, STEP_PRIVILEGES);
    if (request->file_mode_mask >= 0) umask((mode_t)request->file_mode_mask);
    if (request->working_directory && chdir(request->working_directory) < 0) fail(report, STEP_DIRECTORY);

    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        if (number != SIGKILL && number != SIGSTOP) sigaction(number, &standard, NULL);
    }

    // Move the three sources out of the way first: they may themselves be 0 to 2, or cross.
    int sources[3] = {request->standard_input, request->standard_output, request->standard_error};
    for (int i = 0; i < 3; i++) {
        if (sources[i] < 0) sources[i] = open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
        if (sources[i] < 0) fail(report, STEP_DESCRIPTORS);
        sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, 3);
        if (sources[i] < 0) fail(report, STEP_DESCRIPTORS);
    }
    int moved_report = fcntl(report, F_DUPFD_CLOEXEC, 3);
    if (moved_report < 0) fail(report, STEP_DESCRIPTORS);
    report = moved_report;
    int program = -1;
    if (request->executable_descriptor >= 0) {
        program = fcntl(request->executable_descriptor, F_DUPFD_CLOEXEC, 3);
        if (program < 0) fail(report, STEP_DESCRIPTORS);
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(sources[i], i) < 0) fail(report, STEP_DESCRIPTORS);
    }
    close_from(3, report, program);

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (program >= 0) {
        syscall(SYS_execveat, program, "", request->arguments, request->environment, AT_EMPTY_PATH);
    } else {
        execve(request->executable, request->arguments, request->environment);
    }
    fail(report, STEP_EXECUTE);
}

CER_PLAIN pid_t cer_spawn(const struct cer_spawn_request *request, const char **step) {
    int pipe_ends[2];
    *step = "pipe2";
    if (pipe2(pipe_ends, O_CLOEXEC) < 0) return -errno;

    // No signal handler of the parent may run in the child while they share memory.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pid_t parent = getpid();
    pid_t child = vfork();
    if (child == 0) run_child(request, parent, pipe_ends[1]);
    int vfork_error = errno;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    close(pipe_ends[1]);
    if (child < 0) {
        close(pipe_ends[0]);
        *step = "vfork";
        return -vfork_error;
    }

    struct failure failure;
    ssize_t count;
    do {
        count = read(pipe_ends[0], &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    close(pipe_ends[0]);
    if (count != (ssize_t)sizeof failure) return child; // end of file: it has executed

    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    *step = step_names[failure.step];
    return -failure.error;
}
