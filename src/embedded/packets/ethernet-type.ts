/** EtherTypes of tags: 802.1Q, 802.1ad. */
const TAGS: readonly number[] = [0x8100, 0x88a8]
/** From here on the field is a protocol, not a length. */
const FIRST_PROTOCOL = 0x600
const [ETH_P_802_3, ETH_P_802_2] = [0x0001, 0x0004]
const RAW = 0xffff
/** Bytes of a tag: what it says, and the type of what is behind. */
export const TAG_BYTES = 4

export function isTag(protocol: number): boolean {
  return TAGS.includes(protocol)
}

/** The protocol that a field of type or length stands for (eth_type_trans). */
export function protocolAt(view: DataView, at: number): number {
  const field = view.getUint16(at)
  if (field >= FIRST_PROTOCOL) return field
  return view.getUint16(at + 2) === RAW ? ETH_P_802_3 : ETH_P_802_2
}
