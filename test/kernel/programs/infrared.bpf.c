// SPDX-License-Identifier: Apache-2.0
// A decoder of infrared signals: a long pulse is a press of one button.
#include <linux/bpf.h>
#include <linux/lirc.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define LONG_PULSE 3000 /* µs */
#define SCANCODE 0x2a

long pulses, spaces, longest, presses;

SEC("lirc_mode2")
int decode(unsigned int *sample)
{
	unsigned int length = LIRC_VALUE(*sample);

	if (LIRC_IS_SPACE(*sample))
		spaces++;
	if (!LIRC_IS_PULSE(*sample))
		return 0;
	pulses++;
	if (length > longest)
		longest = length;
	if (length >= LONG_PULSE) {
		presses++;
		bpf_rc_keydown(sample, RC_PROTO_OTHER, SCANCODE, 0);
	}
	return 0;
}
