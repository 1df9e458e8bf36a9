/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that run once each time the watched process calls getppid(2), and leave results in global variables. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef _Bool bool;
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

char LICENSE[] SEC("license") = "GPL";

#define GETPPID 110

const volatile int watched = 0;

static __always_inline int is_mine(long number)
{
	return number == GETPPID && (bpf_get_current_pid_tgid() >> 32) == watched;
}

/* A program with this body. */
#define ON_GETPPID(name)                                                                                     \
	static __always_inline void name##_body(void);                                                       \
	SEC("tp_btf/sys_enter") int BPF_PROG(name, void *registers, long number)                             \
	{                                                                                                    \
		if (is_mine(number))                                                                         \
			name##_body();                                                                       \
		return 0;                                                                                    \
	}                                                                                                    \
	static __always_inline void name##_body(void)
