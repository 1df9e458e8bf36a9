// SPDX-License-Identifier: Apache-2.0
// As many ring buffer records as one system call can bring: getppid(2) of the watched process writes a burst.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define BURST 64
#define GETPPID 110

struct record {
	unsigned long sequence;
	unsigned int pid;
	unsigned int part;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

/* Keeps the type in the BTF of the object. */
const struct record *record_type __attribute__((unused));

int watched;
unsigned long written, lost;

SEC("raw_tp/sys_enter")
int burst(struct bpf_raw_tracepoint_args *ctx)
{
	if (ctx->args[1] != GETPPID || (bpf_get_current_pid_tgid() >> 32) != watched)
		return 0;
	for (int i = 0; i < BURST; i++) {
		struct record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

		if (!record) {
			lost++;
			continue;
		}
		record->sequence = written++;
		record->pid = watched;
		record->part = i;
		bpf_ringbuf_submit(record, 0);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
