// SPDX-License-Identifier: Apache-2.0

// What Swift's Glibc module lacks: the headers of the Linux event interfaces, and the few functions that cannot be
// written in Swift (spawn between vfork and exec, a thread-local pointer, variadic system calls).

#ifndef CEVENTREACTOR_H
#define CEVENTREACTOR_H

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// How a child process is started. Descriptors of -1 become /dev/null.
struct cer_spawn_request {
    const char *executable;
    char *const *arguments;
    char *const *environment;
    const char *working_directory; // NULL: the parent's
    int standard_input;
    int standard_output;
    int standard_error;
    int death_signal;      // 0: none; sent to the child when the spawning THREAD ends
    int new_process_group; // not 0: the child leads a group of its own
    int no_new_privileges; // not 0: set-user-id programs gain nothing
    int file_mode_mask;    // -1: the parent's umask
    int executable_descriptor; // -1: execute the path; else the program open here, which the path only names
};

/// Starts a child process; answers its id, or -errno of the step that failed (`step` then names the call).
pid_t cer_spawn(const struct cer_spawn_request *request, const char **step);

/// The value that this thread last stored with cer_set_thread_local; NULL before.
void *cer_thread_local(void);
void cer_set_thread_local(void *value);

/// pidfd_open, by system call number: older C libraries have no wrapper. -1 and errno ENOSYS before Linux 5.3.
int cer_pidfd_open(pid_t pid);

/// open with O_CLOEXEC; the C function is variadic.
int cer_open(const char *path, int flags, mode_t mode);

/// open with O_PATH and O_CLOEXEC: a place in the file system, without permission to read it.
int cer_open_path(const char *path);

/// Makes the kernel write no core dump of this process and those it starts.
int cer_disable_core_dumps(void);

/// pipe2 with O_CLOEXEC; hidden behind a feature macro.
int cer_pipe(int ends[2]);

/// accept4 with SOCK_CLOEXEC and SOCK_NONBLOCK; hidden behind a feature macro.
int cer_accept(int descriptor);

/// The text of an errno, without the race of strerror; at most `capacity` bytes with the terminating zero.
const char *cer_error_text(int number, char *buffer, size_t capacity);

/// The process's environment; NULL when it was taken away.
char **cer_environment(void);

/// fcntl with O_NONBLOCK; the C function is variadic.
int cer_set_nonblocking(int descriptor);

#endif
