// Starting a child that cannot outlive its parent: what posix_spawn has no attribute for.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/// What a child is to become. Everything is prepared before the fork, since the child may only make calls that are
/// async-signal-safe (man 7 signal-safety).
struct child_plan {
    /// The paths to try in order, ending with NULL, as execvp tries the directories of PATH.
    const char *const *programs;
    /// The argument vector, ending with NULL.
    char *const *arguments;
    /// The environment, ending with NULL.
    char *const *environment;
    /// The working directory.
    const char *directory;
    /// The descriptor that becomes standard output and standard error.
    int output;
};

/// The step at which a child failed.
enum child_stage {
    child_stage_none = 0,
    child_stage_fork = 1,
    child_stage_directory = 2,
    child_stage_streams = 3,
    child_stage_execute = 4,
};

/// Why there is no child: the step and its errno.
struct child_failure {
    int stage;
    int error;
};

/// The child's side of `spawn_child`; it never returns.
static inline void become_child(const struct child_plan *plan, pid_t parent, int report) {
    struct child_failure failure = {child_stage_none, 0};
    setpgid(0, 0);

    // The kernel kills this process when the thread that forked it dies. The parent may have died before the request
    // was made; then it is too late for the signal, and the answer is to go at once.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127);
    }

    // Ignored signals and the signal mask survive exec, so both are put back.
    struct sigaction standard = {0};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; number++) {
        sigaction(number, &standard, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    int null = -1;
    if (chdir(plan->directory) != 0) {
        failure.stage = child_stage_directory;
    } else if ((null = open("/dev/null", O_RDONLY)) < 0 || dup2(plan->output, STDOUT_FILENO) < 0 ||
               dup2(plan->output, STDERR_FILENO) < 0 || dup2(null, STDIN_FILENO) < 0) {
        failure.stage = child_stage_streams;
    } else {
#ifdef SYS_close_range
        syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */);
#endif
        failure.stage = child_stage_execute;
        errno = ENOENT;
        int denied = 0;
        for (size_t i = 0; plan->programs[i] != NULL; i++) {
            execve(plan->programs[i], plan->arguments, plan->environment);
            if (errno == EACCES) {
                denied = 1;  // As execvp: look further, and say so if nothing better is found.
            } else if (errno != ENOENT && errno != ENOTDIR && errno != ENODEV && errno != ETIMEDOUT && errno != ESTALE) {
                denied = 0;
                break;
            }
        }
        if (denied) {
            errno = EACCES;
        }
    }
    failure.error = errno;
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

/// Starts a program in its own process group, with default signal dispositions, an empty signal mask, /dev/null as
/// standard input, no descriptor above 2, and SIGKILL from the kernel as soon as the calling thread dies.
///
/// Returns its process id once the program runs, or -1 with the reason in `failure`.
static inline pid_t spawn_child(const struct child_plan *plan, struct child_failure *failure) {
    int report[2];
    failure->stage = child_stage_fork;
    failure->error = 0;
    if (syscall(SYS_pipe2, report, O_CLOEXEC) != 0) {
        failure->error = errno;
        return -1;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) {
        failure->error = errno;
        close(report[0]);
        close(report[1]);
        return -1;
    }
    if (child == 0) {
        become_child(plan, parent, report[1]);
    }
    close(report[1]);
    setpgid(child, child);  // Also here, so that the group exists as soon as this function returns.

    ssize_t count;
    do {
        count = read(report[0], failure, sizeof *failure);
    } while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count == 0) {  // Closed by exec.
        failure->stage = child_stage_none;
        failure->error = 0;
        return child;
    }
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (count != (ssize_t)sizeof *failure) {
        failure->stage = child_stage_fork;
        failure->error = EIO;
    }
    return -1;
}

/// Makes orphans below this process its children, whatever session or group they moved to. 0, or -1 with errno.
static inline int become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL); }

/// Names the calling thread, and of a process with one thread the process, as `ps` and `pkill` see it: 15 bytes.
static inline int set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0UL, 0UL, 0UL); }

/// This process's environment, ending with NULL; NULL after clearenv.
static inline char **_Nullable process_environment(void) {
    extern char **environ;
    return environ;
}
