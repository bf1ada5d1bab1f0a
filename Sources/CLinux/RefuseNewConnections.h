// Closing a listening socket without resetting anybody.
#pragma once

#include <linux/filter.h>

int setsockopt(int fd, int level, int name, const void *value, unsigned int length);

// Has a listening socket drop the packet that begins a connection (SYN without ACK), and nothing else.
//
// Connections that are half open can still complete and be accepted, so that the queue can be emptied for good before
// the socket is closed; closing it with connections in its queue resets them. Whoever wanted to begin one meanwhile
// tries again a second later by itself, and then meets the next server or an honest refusal.
static inline int optimizationjob_refuse_new_connections(int listening) {
    // The two of <asm/socket.h> are repeated here, since Swift would find them ambiguous with Glibc's own.
    enum { syn = 0x02, ack = 0x10, sol_socket = 1, so_attach_filter = 26 };
    // A filter on TCP sees the segment from its header on; the flags are in byte 13 (RFC 9293 section 3.1).
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    };
    struct sock_fprog program = {sizeof(instructions) / sizeof(instructions[0]), instructions};
    return setsockopt(listening, sol_socket, so_attach_filter, &program, sizeof(program));
}
