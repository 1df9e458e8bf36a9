/** An integer of 1 to 16 bytes: a number up to 4 bytes, else bigint. The caller has checked that it lies inside. */
export function readInteger(
  view: DataView,
  at: number,
  size: number,
  signed: boolean,
  little: boolean,
): number | bigint {
  switch (size) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at)
    case 2:
      return signed ? view.getInt16(at, little) : view.getUint16(at, little)
    case 4:
      return signed ? view.getInt32(at, little) : view.getUint32(at, little)
    case 8:
      return signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little)
  }
  let value = 0n
  for (let i = 0; i < size; i++)
    value = (value << 8n) | BigInt(view.getUint8(at + (little ? size - 1 - i : i)))
  if (signed) value = BigInt.asIntN(size * 8, value)
  return size <= 4 ? Number(value) : value
}

/** Writes the low `size` bytes of a value. */
export function writeInteger(view: DataView, at: number, size: number, value: bigint, little: boolean): void {
  if (size === 8) {
    view.setBigUint64(at, BigInt.asUintN(64, value), little)
    return
  }
  let rest = BigInt.asUintN(size * 8, value)
  for (let i = 0; i < size; i++) {
    view.setUint8(at + (little ? i : size - 1 - i), Number(rest & 0xffn))
    rest >>= 8n
  }
}
