// SPDX-License-Identifier: Apache-2.0
// What helpers answer at the edges: strings cut and torn, addresses that are not mapped, odd sizes of samples.
// Runs when the watched process calls getppid(2); the loader sets the addresses.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} measured SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} samples SEC(".maps");

/* Any kernel data: the program's own map value. */
char kernel_text[16] = "kernel string";

#define read_user bpf_probe_read_user
#define read_kernel bpf_probe_read_kernel
#define read_user_str bpf_probe_read_user_str
#define read_kernel_str bpf_probe_read_kernel_str
#define TEXT ((void *)user_text)
#define TORN ((void *)user_torn)
#define HOLE ((void *)user_hole)

SEC("raw_tp/sys_enter")
int strings(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(read_user_str(data, 32, TEXT));
	TRY(read_user_str(data, 14, TEXT));
	TRY(read_user_str(data, 13, TEXT));
	TRY(read_user_str(data, 12, TEXT));
	TRY(read_user_str(data, 6, TEXT));
	TRY(read_user_str(data, 1, TEXT));
	TRY(read_user_str(data, 32, TORN));
	TRY(read_user_str(data, 4, TORN));
	TRY(read_user_str(data, 32, HOLE));
	TRY(read_user_str(data, 32, 0));
	TRY(read_user_str(data, 32, kernel_text));
	TRY(read_kernel_str(data, 32, kernel_text));
	TRY(read_kernel_str(data, 7, kernel_text));
	TRY(read_kernel_str(data, 1, kernel_text));
	TRY(read_kernel_str(data, 32, 0));
	TRY(read_kernel_str(data, 32, TEXT));
	TRY(bpf_probe_read_str(data, 32, kernel_text));
	TRY(bpf_probe_read_str(data, 32, TEXT));
	return 0;
}

SEC("raw_tp/sys_enter")
int bytes(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(read_user(data, 5, TEXT));
	TRY(read_user(data, 8, TORN));
	TRY(read_user(data, 8, HOLE));
	TRY(read_user(data, 8, 0));
	TRY(read_user(data, 8, kernel_text));
	TRY(read_kernel(data, 8, kernel_text));
	TRY(read_kernel(data, 8, 0));
	TRY(read_kernel(data, 8, TEXT));
	TRY(read_kernel(data, 8, (void *)0x8000000000000000ull));
	TRY(read_kernel(data, 8, (void *)0xffffffffffffff00ull));
	TRY(bpf_probe_read(data, 8, TEXT));
	TRY(bpf_probe_read(data, 8, kernel_text));
	TRY(bpf_get_current_comm(data, 16));
	TRY(bpf_get_current_comm(data, 4));
	TRY(bpf_get_current_comm(data, 1));
	TRY(bpf_get_current_comm(data, 32));
	return 0;
}

/* The same size in a ring buffer and in a perf buffer. */
#define OUTPUT(size)                                                                                         \
	do {                                                                                                 \
		TRY(bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, filled, size));                  \
		TRY(bpf_ringbuf_output(&measured, filled, size, 0));                                         \
		TRY(bpf_ringbuf_query(&measured, BPF_RB_PROD_POS));                                          \
	} while (0)

SEC("raw_tp/sys_enter")
int sizes(u64 *ctx)
{
	u8 filled[64];

	if (!is_mine(ctx[1]))
		return 0;
	__builtin_memset(filled, 0x5a, sizeof(filled));
	OUTPUT(1);
	OUTPUT(3);
	OUTPUT(4);
	OUTPUT(5);
	OUTPUT(8);
	OUTPUT(11);
	OUTPUT(12);
	OUTPUT(13);
	OUTPUT(16);
	OUTPUT(28);
	OUTPUT(64);
	TRY(bpf_ringbuf_query(&measured, BPF_RB_AVAIL_DATA));
	TRY(bpf_ringbuf_query(&measured, BPF_RB_RING_SIZE));
	TRY(bpf_perf_event_output(ctx, &samples, 7, filled, 8));
	TRY(bpf_perf_event_output(ctx, &samples, 4096, filled, 8));
	return 0;
}

SEC("raw_tp/sys_enter")
int printing(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(bpf_printk("plain"));
	TRY(bpf_printk("with a newline\n"));
	TRY(bpf_printk("%d %i %u %x", -1, -2, -3, 255));
	TRY(bpf_printk("%ld %lu %lx", -1L, -1L, -1L));
	TRY(bpf_printk("%lld %llu %llx", -1LL, -1LL, -1LL));
	TRY(bpf_printk("[%5d] [%-5d] [%05d]", 42, 42, 42));
	TRY(bpf_printk("%x %X %#x", 0xabc, 0xabc, 0xabc));
	TRY(bpf_printk("%c%c%%", 'a', 'b'));
	TRY(bpf_printk("%s", kernel_text));
	TRY(bpf_printk("%pks %pus", kernel_text, TEXT));
	TRY(bpf_printk("%s|%s", (void *)0, HOLE));
	TRY(bpf_printk("[%20s] [%-20s]", kernel_text, kernel_text));
	TRY(bpf_printk("%d", 0x1ffffffffULL));
	TRY(bpf_printk("%hd %hhd %hx", 70000, 300, 70000));
	TRY(bpf_printk("%pS %ps", (void *)ctx[0], (void *)0xffffffff81000000ull));
	TRY(bpf_printk("%pi4 %pI4", kernel_text, kernel_text));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
