// SPDX-License-Identifier: Apache-2.0
// A decoder of the NEC protocol: a long flash, then 32 bits whose pauses tell ones from zeros, then one flash; a shorter
// pause behind the long flash says that the last button is still held. Four buttons of address 0x10 move a pointer.
#include <linux/bpf.h>
#include <linux/lirc.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define LEADER_PULSE 9000
#define LEADER_SPACE 4500
#define REPEAT_SPACE 2250
#define BIT_PULSE 562
#define ZERO_SPACE 562
#define ONE_SPACE 1687
#define BITS 32
#define POINTER 0x10

enum step { IDLE, LEADER, BIT_FLASH, BIT_PAUSE, LAST_FLASH, REPEAT_FLASH };

struct decoder {
	unsigned int step;
	unsigned int count;
	unsigned int bits;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, struct decoder);
} decoders SEC(".maps");

unsigned int messages, repeats, broken, timeouts, overflows;

/* A quarter more or less is what receivers make of it. */
static __always_inline int about(unsigned int length, unsigned int wanted)
{
	return length > wanted - wanted / 4 && length < wanted + wanted / 4;
}

static __always_inline void decoded(unsigned int *sample, unsigned int bits)
{
	unsigned char address = bits, command = bits >> 16;

	if ((unsigned char)(bits >> 8) != (unsigned char)~address || (unsigned char)(bits >> 24) != (unsigned char)~command) {
		broken++;
		return;
	}
	messages++;
	if (address != POINTER) {
		bpf_rc_keydown(sample, RC_PROTO_NEC, address << 8 | command, 0);
		return;
	}
	bpf_rc_pointer_rel(sample, command == 1 ? -5 : command == 2 ? 5 : 0, command == 3 ? -5 : command == 4 ? 5 : 0);
}

static __always_inline void pulse(unsigned int *sample, struct decoder *decoder, unsigned int length)
{
	if (about(length, LEADER_PULSE)) {
		decoder->step = LEADER;
		return;
	}
	if (!about(length, BIT_PULSE)) {
		decoder->step = IDLE;
		return;
	}
	switch (decoder->step) {
	case BIT_FLASH:
		decoder->step = BIT_PAUSE;
		break;
	case LAST_FLASH:
		decoded(sample, decoder->bits);
		decoder->step = IDLE;
		break;
	case REPEAT_FLASH:
		repeats++;
		bpf_rc_repeat(sample);
		decoder->step = IDLE;
		break;
	default:
		decoder->step = IDLE;
	}
}

static __always_inline void space(struct decoder *decoder, unsigned int length)
{
	if (decoder->step == LEADER && about(length, LEADER_SPACE)) {
		decoder->step = BIT_FLASH;
		decoder->count = 0;
		decoder->bits = 0;
	} else if (decoder->step == LEADER && about(length, REPEAT_SPACE)) {
		decoder->step = REPEAT_FLASH;
	} else if (decoder->step == BIT_PAUSE && (about(length, ZERO_SPACE) || about(length, ONE_SPACE))) {
		decoder->bits = decoder->bits >> 1 | (about(length, ONE_SPACE) ? 1u << 31 : 0);
		decoder->step = ++decoder->count == BITS ? LAST_FLASH : BIT_FLASH;
	} else {
		decoder->step = IDLE;
	}
}

SEC("lirc_mode2")
int decode_nec(unsigned int *sample)
{
	unsigned int first = 0, length = LIRC_VALUE(*sample);
	struct decoder *decoder = bpf_map_lookup_elem(&decoders, &first);

	if (!decoder)
		return 0;
	if (LIRC_IS_PULSE(*sample)) {
		pulse(sample, decoder, length);
	} else if (LIRC_IS_SPACE(*sample)) {
		space(decoder, length);
	} else {
		if (LIRC_IS_TIMEOUT(*sample))
			timeouts++;
		else
			overflows++;
		decoder->step = IDLE;
	}
	return 0;
}

/* A second program on the same receiver counts what comes by. */
unsigned int light, darkness;

SEC("lirc_mode2")
int measure(unsigned int *sample)
{
	if (LIRC_IS_PULSE(*sample))
		light += LIRC_VALUE(*sample);
	else if (LIRC_IS_SPACE(*sample))
		darkness += LIRC_VALUE(*sample);
	return 0;
}
