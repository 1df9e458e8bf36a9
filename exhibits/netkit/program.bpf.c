// SPDX-License-Identifier: Apache-2.0
// What a container network does on netkit devices: a service's address stands for a container, containers reach each other past
// the host's stack, and a policy says which ports they may talk to.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum { NETKIT_NEXT = -1, NETKIT_PASS = 0, NETKIT_DROP = 2, NETKIT_REDIRECT = 7 };

/* Host byte order: 10.9.9.9 stands for 10.1.1.2. */
const volatile __u32 service = 0x0a090909;
const volatile __u32 backend = 0x0a010102;
/* Another container, and the interface of the host that leads to it. */
const volatile __u32 neighbour = 0x0a010202;
volatile __u32 neighbour_interface;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u8);
} closed_ports SEC(".maps");

__u64 sent, dropped, redirected, to_service, from_service;

#define ADDRESS_AT(field) (ETH_HLEN + offsetof(struct iphdr, field))

static __always_inline int load_ip(struct __sk_buff *skb, struct iphdr *ip)
{
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return -1;
	return bpf_skb_load_bytes(skb, ETH_HLEN, ip, sizeof(*ip));
}

/* One address for another: in the header, its checksum, and that of UDP. */
static __always_inline void replace(struct __sk_buff *skb, const struct iphdr *ip, int at, __be32 from, __u32 with)
{
	__be32 to = bpf_htonl(with);
	int transport = ETH_HLEN + ip->ihl * 4;

	if (ip->protocol == IPPROTO_UDP)
		bpf_l4_csum_replace(skb, transport + offsetof(struct udphdr, check), from, to,
				    BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | sizeof(to));
	bpf_l3_csum_replace(skb, ADDRESS_AT(check), from, to, sizeof(to));
	bpf_skb_store_bytes(skb, at, &to, sizeof(to), 0);
}

/* To the container. */
SEC("netkit/primary")
int enter(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (load_ip(skb, &ip) || bpf_ntohl(ip.daddr) != service)
		return NETKIT_NEXT;
	__sync_fetch_and_add(&to_service, 1);
	replace(skb, &ip, ADDRESS_AT(daddr), ip.daddr, backend);
	return NETKIT_PASS;
}

/* From the container: counted, and left to the others. */
SEC("netkit/peer")
int account(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (!load_ip(skb, &ip))
		__sync_fetch_and_add(&sent, 1);
	return NETKIT_NEXT;
}

SEC("netkit/peer")
int policy(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct udphdr udp;

	if (load_ip(skb, &ip))
		return NETKIT_NEXT;
	if (ip.protocol == IPPROTO_UDP) {
		__u16 port;

		if (bpf_skb_load_bytes(skb, ETH_HLEN + ip.ihl * 4, &udp, sizeof(udp)))
			return NETKIT_DROP;
		port = bpf_ntohs(udp.dest);
		if (bpf_map_lookup_elem(&closed_ports, &port)) {
			__sync_fetch_and_add(&dropped, 1);
			return NETKIT_DROP;
		}
	}
	if (bpf_ntohl(ip.daddr) == neighbour) {
		__sync_fetch_and_add(&redirected, 1);
		return bpf_redirect(neighbour_interface, 0);
	}
	/* What the service was asked it answers under its own address. */
	if (ip.protocol == IPPROTO_ICMP && to_service > from_service) {
		__sync_fetch_and_add(&from_service, 1);
		replace(skb, &ip, ADDRESS_AT(saddr), ip.saddr, service);
	}
	return NETKIT_PASS;
}
