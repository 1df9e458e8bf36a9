// SPDX-License-Identifier: Apache-2.0
// Sysctls of a tenant: what it may write is in a map, and a value that is too small is raised to the least that is allowed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define NAME 48
#define VALUE 24

struct entry {
	int write;
	int position;
	char name[NAME];
	char base[16];
	char current[VALUE];
	char new[VALUE];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, char[NAME]);
	__type(value, long); /* the least that may be written */
} writable SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16384);
} journal SEC(".maps");

static const char raised[] = "256";

/* For readers of the events. */
const struct entry *entry_type;

SEC("cgroup/sysctl")
int sysctls(struct bpf_sysctl *ctx)
{
	struct entry entry = {};
	struct entry *slot;
	long *least, wanted = 0;

	entry.write = ctx->write;
	entry.position = ctx->file_pos;
	if (bpf_sysctl_get_name(ctx, entry.name, sizeof(entry.name), 0) < 0)
		return 0;
	bpf_sysctl_get_name(ctx, entry.base, sizeof(entry.base), BPF_F_SYSCTL_BASE_NAME);
	bpf_sysctl_get_current_value(ctx, entry.current, sizeof(entry.current));
	bpf_sysctl_get_new_value(ctx, entry.new, sizeof(entry.new));
	bpf_ringbuf_output(&journal, &entry, sizeof(entry), 0);

	if (!entry.write)
		return 1;
	least = bpf_map_lookup_elem(&writable, entry.name);
	if (!least)
		return 0;
	if (*least && bpf_strtol(entry.new, sizeof(entry.new), 0, &wanted) > 0 && wanted < *least)
		bpf_sysctl_set_new_value(ctx, raised, sizeof(raised) - 1);
	return 1;
}
