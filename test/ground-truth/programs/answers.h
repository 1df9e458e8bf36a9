/* SPDX-License-Identifier: Apache-2.0 */
/* How programs report what helpers answer: the call as text, its result, and what became of a marked buffer. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define GETPPID 110
#define UNTOUCHED 0xaa

struct answer {
	char what[56];
	long result;
	u8 data[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} answers SEC(".maps");

const struct answer *answer_type __attribute__((unused));

volatile int watched = 0;
/* "hello, world" in the process's memory. */
volatile u64 user_text = 0;
/* "torn", the last four bytes of a page with nothing mapped behind it. */
volatile u64 user_torn = 0;
/* An address in user space where nothing is mapped. */
volatile u64 user_hole = 0;

static __noinline void report(const char *what, int length, long result, const u8 *data)
{
	struct answer *answer = bpf_ringbuf_reserve(&answers, sizeof(*answer), 0);

	if (!answer)
		return;
	__builtin_memset(answer->what, 0, sizeof(answer->what));
	bpf_probe_read_kernel(answer->what, length, what);
	answer->result = result;
	__builtin_memcpy(answer->data, data, sizeof(answer->data));
	bpf_ringbuf_submit(answer, 0);
}

/* Fills a buffer with a mark, calls, and reports the result with what became of the buffer. */
#define TRY(call)                                                                                            \
	do {                                                                                                 \
		static const char what[] = #call;                                                            \
		u8 data[32] __attribute__((aligned(8)));                                                         \
		__builtin_memset(data, UNTOUCHED, sizeof(data));                                             \
		long result = call;                                                                          \
		report(what, sizeof(what) < 56 ? sizeof(what) : 55, result, data);                           \
	} while (0)

static __always_inline int is_mine(long number)
{
	return number == GETPPID && (bpf_get_current_pid_tgid() >> 32) == watched;
}
