// SPDX-License-Identifier: Apache-2.0
// Contexts declared as something that they are not; a verifier takes them all.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* After the format of sched/sched_process_exec, but for the text's place that comes first there, and for the last member. */
struct exec_record {
	unsigned long long common;
	int pid;
	int old_pid;
	short middle[3];
	short end;
};

struct trace_event_raw_sched_process_exec {
	unsigned long long common;
	unsigned int filename;
	int pid;
};

long seen;

SEC("tp/sched/sched_process_exec")
int by_hand(struct exec_record *record)
{
	seen = record->pid;
	return 0;
}

SEC("raw_tp/sched_process_exec")
int arguments(struct trace_event_raw_sched_process_exec *record)
{
	seen = *(long *)&record->filename;
	return 0;
}

SEC("kprobe/do_unlinkat")
int registers(struct __sk_buff *skb)
{
	seen = *(long *)skb;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
