// What Glibc's module map leaves out of Linux: headers it does not list, and calls its headers show only to those who
// define _GNU_SOURCE. That macro must not be defined here: it changes the layout of types which the Glibc module has
// seen without it, and the compiler refuses two layouts of one type.
#pragma once

#include <linux/filter.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

struct sockaddr;
int memfd_create(const char *name, unsigned int flags);
int accept4(int fd, struct sockaddr *address, unsigned int *length, int flags);
int pipe2(int fds[2], int flags);
int pthread_setname_np(unsigned long thread, const char *name);
int sched_getaffinity(int pid, unsigned long size, void *set);

#include "RefuseNewConnections.h"
#include "SpawnChild.h"
