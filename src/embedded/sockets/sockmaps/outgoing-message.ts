import { concatBytes, errnoNumber } from "../../../base/index.ts"
import type { KernelMemory } from "../../memory/index.ts"

const EINVAL = -errnoNumber("EINVAL")
/** A message has no more pieces than this (MAX_MSG_FRAGS). */
const MOST_PIECES = 17

interface Piece {
  readonly at: number
  readonly size: number
}

/**
 * `struct sk_msg`: what a program is asked about before it is sent, in pieces of memory. Its data pointers show the first
 * piece alone, until the program pulls more of it together.
 */
export class OutgoingMessage {
  /** bpf_msg_apply_bytes: the verdict holds for so many bytes; 0 for the message. */
  applyBytes = 0
  /** bpf_msg_cork_bytes: the program wants to be asked again with so many. */
  corkBytes = 0
  readonly #memory: KernelMemory
  #pieces: readonly Piece[] = []
  #size = 0
  /** What the program sees now. */
  #data = 0
  #dataEnd = 0

  constructor(memory: KernelMemory) {
    this.#memory = memory
  }

  get size(): number {
    return this.#size
  }

  get data(): number {
    return this.#data
  }

  get dataEnd(): number {
    return this.#dataEnd
  }

  /** More bytes of the same sender come into the last piece. */
  append(bytes: Uint8Array): void {
    const last = this.#pieces.at(-1)
    const joined = last ? concatBytes([this.#memory.read(last.at, last.size), bytes]) : bytes
    this.#replace(Math.max(this.#pieces.length - 1, 0), last ? 1 : 0, [this.#pieceOf(joined)])
  }

  /** Before a program runs: it sees the first piece. */
  showFirst(): void {
    const first = this.#pieces[0]
    this.#data = first?.at ?? 0
    this.#dataEnd = this.#data + (first?.size ?? 0)
  }

  /** bpf_msg_pull_data: these bytes come into one piece, and are what the program sees. */
  pull(start: number, end: number): number {
    if (end <= start) return EINVAL
    const { index, offset } = this.#find(start)
    const first = this.#pieces[index]
    if (!first) return EINVAL
    const wanted = end - offset
    let count = 1
    let size = first.size
    for (; size < wanted && index + count < this.#pieces.length; count++)
      size += this.#pieces[index + count]!.size
    if (wanted > size) return EINVAL
    if (count > 1) this.#join(index, count)
    this.#data = this.#pieces[index]!.at + start - offset
    this.#dataEnd = this.#data + end - start
    return 0
  }

  /** bpf_msg_push_data: room for so many bytes, which are zero, in a piece of their own. */
  push(start: number, count: number): number {
    if (count === 0) return 0
    if (start > this.#size) return EINVAL
    const { index, offset } = this.#find(start)
    const piece = this.#pieces[index]
    const room = this.#pieceOf(new Uint8Array(count))
    const isInside = piece !== undefined && start !== offset
    const used = this.#pieces.length
    if (piece && used + (isInside ? 2 : 1) > MOST_PIECES) {
      const bytes = this.#memory.read(piece.at, piece.size)
      const parts = [bytes.subarray(0, start - offset), new Uint8Array(count), bytes.subarray(start - offset)]
      this.#memory.free(room.at)
      this.#replace(index, 1, [this.#pieceOf(concatBytes(parts))])
    } else if (isInside) this.#replace(index, 1, this.#split(piece, start - offset, room))
    else this.#replace(index, 0, [room])
    this.showFirst()
    return 0
  }

  /** bpf_msg_pop_data: takes bytes out. */
  pop(start: number, count: number): number {
    if (count === 0) return 0
    if (start >= this.#size || start + count > this.#size) return EINVAL
    let [at, left] = [start, count]
    while (left > 0) {
      const { index, offset } = this.#find(at)
      const piece = this.#pieces[index]!
      const front = at - offset
      const taken = Math.min(left, piece.size - front)
      const bytes = this.#memory.read(piece.at, piece.size)
      const rest = [bytes.subarray(0, front), bytes.subarray(front + taken)].filter(
        ({ length }) => length > 0,
      )
      this.#replace(
        index,
        1,
        rest.map(part => this.#pieceOf(part)),
      )
      at = start
      left -= taken
    }
    this.showFirst()
    return 0
  }

  /** Takes so many bytes off the front, to send them. */
  take(count: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      const piece = this.#pieces[0]
      if (!piece) break
      const bytes = this.#memory.read(piece.at, piece.size)
      const taken = Math.min(left, piece.size)
      parts.push(bytes.subarray(0, taken))
      this.#replace(0, 1, taken < piece.size ? [this.#pieceOf(bytes.subarray(taken))] : [])
      left -= taken
    }
    return concatBytes(parts)
  }

  /** Nothing is left of it, nor of what the program asked for. */
  clear(): void {
    this.#replace(0, this.#pieces.length, [])
    this.applyBytes = 0
    this.corkBytes = 0
  }

  /** The piece that holds a byte and where it starts; behind the last one at the end. */
  #find(position: number): { readonly index: number; readonly offset: number } {
    let offset = 0
    for (const [index, { size }] of this.#pieces.entries()) {
      if (position < offset + size) return { index, offset }
      offset += size
    }
    return { index: this.#pieces.length, offset }
  }

  #split({ at, size }: Piece, front: number, between: Piece): Piece[] {
    const bytes = this.#memory.read(at, size)
    return [this.#pieceOf(bytes.subarray(0, front)), between, this.#pieceOf(bytes.subarray(front))]
  }

  #join(index: number, count: number): void {
    const parts = this.#pieces.slice(index, index + count)
    const bytes = concatBytes(parts.map(({ at, size }) => this.#memory.read(at, size)))
    this.#replace(index, count, [this.#pieceOf(bytes)])
  }

  #pieceOf(bytes: Uint8Array): Piece {
    const at = this.#memory.alloc(Math.max(bytes.length, 1))
    this.#memory.write(at, bytes)
    return { at, size: bytes.length }
  }

  #replace(index: number, count: number, by: readonly Piece[]): void {
    for (const { at } of this.#pieces.slice(index, index + count)) this.#memory.free(at)
    this.#pieces = this.#pieces.toSpliced(index, count, ...by)
    this.#size = this.#pieces.reduce((sum, { size }) => sum + size, 0)
  }
}
