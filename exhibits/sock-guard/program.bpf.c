// SPDX-License-Identifier: Apache-2.0
// Which sockets a sandbox may have: IPv4 only, no raw ones, few at once. Those that it gets carry its mark.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define AF_INET 2
#define SOCK_RAW 3
#define MOST 3
#define MARK 0x5e

int open_now, released, refused;

SEC("cgroup/sock_create")
int create(struct bpf_sock *sk)
{
	if (sk->family != AF_INET || sk->type == SOCK_RAW) {
		refused++;
		return 0;
	}
	if (open_now >= MOST) {
		bpf_set_retval(-24 /* EMFILE */);
		refused++;
		return 0;
	}
	open_now++;
	sk->mark = MARK;
	sk->priority = 4;
	return 1;
}

SEC("cgroup/sock_release")
int release(struct bpf_sock *sk)
{
	open_now--;
	if (sk->mark == MARK)
		released++;
	return 1;
}
