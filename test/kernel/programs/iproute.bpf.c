// SPDX-License-Identifier: Apache-2.0
// What ip and tc load by its section: one small program for each place.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

int counter = 0;

SEC("xdp")
int hello(struct xdp_md *ctx)
{
	bpf_printk("Hello World %d", counter);
	counter++;
	return XDP_PASS;
}

SEC("xdp.frags")
int other(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("action")
int act(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("lwt_in")
int come_in(struct __sk_buff *skb)
{
	return BPF_OK;
}

SEC("lwt_out")
int go_out(struct __sk_buff *skb)
{
	return BPF_OK;
}

SEC("lwt_xmit")
int transmit(struct __sk_buff *skb)
{
	return BPF_OK;
}

char LICENSE[] SEC("license") = "GPL";
