// SPDX-License-Identifier: Apache-2.0
//
// stamp COMMAND…: runs it and prints each line of its output with the microseconds since its exec in front. Prints the
// process id first; passes SIGTERM on; ends with it.

#define _GNU_SOURCE
#include "CBaseline.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static void pass_on(int number) { kill(child, number); }

int main(int count, char **arguments) {
    int ends[2];
    uint64_t *started = mmap(NULL, sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count < 2 || started == MAP_FAILED || pipe(ends) != 0) {
        fprintf(stderr, "usage: stamp COMMAND…\n");
        return 2;
    }
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        *started = baseline_now();
        execvp(arguments[1], arguments + 1);
        _exit(127);
    }
    signal(SIGTERM, pass_on);
    close(ends[1]);
    printf("pid %d\n", (int)child);
    fflush(stdout);
    FILE *output = fdopen(ends[0], "r");
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, output) > 0) {
        uint64_t now = baseline_now();
        printf("%llu %s", (unsigned long long)((now - *started) / 1000), line);
        fflush(stdout);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
