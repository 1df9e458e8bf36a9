// SPDX-License-Identifier: Apache-2.0
// Text about control groups: one program that is run for each of them, in an order that whoever attaches it chooses.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

struct kernfs_node {
	const char *name;
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	struct kernfs_node *kn;
};

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
};

struct task_struct {
	int pid;
	int tgid;
};
#pragma clang attribute pop

/* Where to stop. */
__u64 last;

SEC("iter/cgroup")
int list_groups(struct bpf_iter__cgroup *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct cgroup *group = ctx->cgroup;

	if (!group) {
		BPF_SEQ_PRINTF(seq, "end\n");
		return 0;
	}
	BPF_SEQ_PRINTF(seq, "%s ", group->kn->name);
	return last && group->kn->id == last;
}

struct bpf_iter_css {
	__u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_iter_css_task {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_css_new(struct bpf_iter_css *it, struct cgroup_subsys_state *start, unsigned int flags) __ksym;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it) __ksym;
extern void bpf_iter_css_destroy(struct bpf_iter_css *it) __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;

/* What each group has: groups below it and itself, groups above it and itself. */
SEC("?iter/cgroup")
int count_groups(struct bpf_iter__cgroup *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct cgroup *group = ctx->cgroup;
	struct bpf_iter_css walk;
	int below = 0, above = 0;

	if (!group)
		return 0;
	bpf_iter_css_new(&walk, &group->self, BPF_CGROUP_ITER_DESCENDANTS_POST);
	while (bpf_iter_css_next(&walk))
		below++;
	bpf_iter_css_destroy(&walk);
	bpf_iter_css_new(&walk, &group->self, BPF_CGROUP_ITER_ANCESTORS_UP);
	while (bpf_iter_css_next(&walk))
		above++;
	bpf_iter_css_destroy(&walk);
	BPF_SEQ_PRINTF(seq, "%s: %d down, %d up\n", group->kn->name, below, above);
	return 0;
}

/* The members of each group. */
SEC("?iter.s/cgroup")
int list_members(struct bpf_iter__cgroup *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct cgroup *group = ctx->cgroup;
	struct bpf_iter_css_task walk;
	struct task_struct *task;

	if (!group)
		return 0;
	BPF_SEQ_PRINTF(seq, "%s:", group->kn->name);
	bpf_iter_css_task_new(&walk, &group->self, 1 /* CSS_TASK_ITER_PROCS */);
	while ((task = bpf_iter_css_task_next(&walk)))
		BPF_SEQ_PRINTF(seq, " %d", task->pid);
	bpf_iter_css_task_destroy(&walk);
	BPF_SEQ_PRINTF(seq, "\n");
	return 0;
}
