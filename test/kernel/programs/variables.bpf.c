// SPDX-License-Identifier: Apache-2.0
// Variables that the kernel has once a CPU.
#include "on-getppid.h"

struct pcpu_hot {
	int cpu_number;
} __attribute__((preserve_access_index));

extern const int bpf_prog_active __ksym;
extern const int cpu_number __weak __ksym;
extern const struct pcpu_hot pcpu_hot __weak __ksym;

int active = -1, no_cpu = -1, other_number = -1;

ON_GETPPID(variables)
{
	const int *number;
	const struct pcpu_hot *hot;

	number = bpf_this_cpu_ptr(&bpf_prog_active);
	active = *number;
	no_cpu = !bpf_per_cpu_ptr(&bpf_prog_active, 9999);
	if (&cpu_number) {
		number = bpf_per_cpu_ptr(&cpu_number, 1);
		if (number)
			other_number = *number;
	}
	if (&pcpu_hot) {
		hot = bpf_per_cpu_ptr(&pcpu_hot, 1);
		if (hot)
			other_number = hot->cpu_number;
	}
}
