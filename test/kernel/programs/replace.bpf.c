// SPDX-License-Identifier: Apache-2.0
// A replacement for a function of base.bpf.c, and tracing of that function.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

long entered, left, question_seen, answer_seen;

SEC("freplace/answer")
int new_answer(int question)
{
	return question + 100;
}

SEC("fentry/answer")
int BPF_PROG(enter_answer, int question)
{
	entered++;
	question_seen = question;
	return 0;
}

SEC("fexit/answer")
int BPF_PROG(leave_answer, int question, int result)
{
	left++;
	answer_seen = result;
	return 0;
}
