// SPDX-License-Identifier: Apache-2.0
//
// Stands in for localproxy where the time until its start is measured: writes the monotonic clock's nanoseconds to a
// file beside itself, named after it with ".started" at the end, and stays until it is told to end.

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    char path[PATH_MAX + 16], text[32];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    if (length < 0) return 1;
    strcpy(path + length, ".started");
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int count = snprintf(text, sizeof text, "%lld\n", (long long)time.tv_sec * 1000000000 + time.tv_nsec);
    if (file < 0 || write(file, text, (size_t)count) != count) return 1;
    pause();
    return 0;
}
