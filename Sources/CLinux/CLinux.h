// What Glibc's module map leaves out of Linux: headers it does not list and calls behind _GNU_SOURCE.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Declared here because <sys/socket.h> shows it only with _GNU_SOURCE, which Glibc's own module may be built without.
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int pipe2(int fds[2], int flags);
