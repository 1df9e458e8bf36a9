// Objects that no compiler writes: made from compiled ones by changing some bytes. Each is a case of its own.

/** @type {{ name: string, what: string, from: string, damage: (object: Damaged) => void }[]} */
export const DAMAGED = [
  {
    name: "damaged-held-immediate",
    what: "An instruction whose immediate is not what the program's own types say.",
    from: "sizes",
    damage: object => object.immediate(object.record(0).slot, 99),
  },
  {
    name: "damaged-held-offset",
    what: "A load whose offset is not what the program's own types say.",
    from: "field-moved",
    damage: object => object.offset(object.record(1).slot, 12),
  },
  {
    name: "damaged-held-wide",
    what: "A 64-bit load whose upper half is not what the program's own types say.",
    from: "value-64",
    damage: object => object.immediate(object.record(0).slot + 1, 0),
  },
  {
    name: "damaged-held-bitfield",
    what: "The offset of a bitfield may be anything: compilers choose how to load it.",
    from: "bitfield-moved",
    damage: object => object.immediate(object.record(0).slot, 99),
  },
  {
    name: "damaged-held-type-id",
    what: "Type ids may be anything: linkers renumber types without touching instructions.",
    from: "type-id",
    damage(object) {
      object.immediate(object.record(0).slot, 1234)
      object.immediate(object.record(1).slot, 1234)
    },
  },
  {
    name: "damaged-access-past-members",
    what: "An access to a member that the program's own struct does not have.",
    from: "field-absent",
    damage: object => object.text("0:1", "0:7"),
  },
  {
    name: "damaged-access-past-values",
    what: "An enumerator that the program's own enum does not have.",
    from: "value-absent",
    damage: object => object.text("1", "7"),
  },
  {
    name: "damaged-access-into-integer",
    what: "An access that goes on inside an integer.",
    from: "typedef-fields",
    damage: object => object.text("0:2:0", "0:0:0"),
  },
  {
    name: "damaged-access-text",
    what: "An access that is no list of numbers.",
    from: "field-absent",
    damage: object => object.text("0:1", "0:x"),
  },
  {
    name: "damaged-access-empty",
    what: "An empty access.",
    from: "field-absent",
    damage: object => object.record(0).access(""),
  },
  {
    name: "damaged-access-of-type",
    what: "A question about a type whose access is not 0.",
    from: "type-exists",
    damage: object => object.text("0", "1"),
  },
  {
    name: "damaged-kind-value-of-struct",
    what: "An enumerator asked of a struct.",
    from: "field-absent",
    damage: object => object.record(0).kind(11),
  },
  {
    name: "damaged-kind-field-of-enum",
    what: "The offset of an enum taken for a field: the place of the whole enum.",
    from: "value-absent",
    damage: object => object.record(0).kind(2),
  },
  {
    name: "damaged-instruction-jump",
    what: "A record that names a jump.",
    from: "sizes",
    damage: object => object.opcode(object.record(0).slot, 0x15),
  },
  {
    name: "damaged-instruction-jump-absent",
    what: "A record that names a jump and whose field is absent: libbpf poisons without looking. (Debian's copy of libbpf 1.5, inside linux-source-6.12, looks first and refuses.)",
    from: "struct-absent",
    damage: object => object.opcode(object.record(0).slot, 0x15),
  },
  {
    name: "damaged-instruction-register",
    what: "Arithmetic with a register has no value to relocate.",
    from: "sizes",
    damage: object => object.opcode(object.record(0).slot, 0xbf),
  },
  {
    name: "damaged-instruction-wide-source",
    what: "A 64-bit load of a map is no plain one.",
    from: "value-changed",
    damage: object => object.registers(object.record(0).slot, 0x21),
  },
  {
    name: "damaged-load-size",
    what: "A load that has not the size of its field cannot be resized.",
    from: "load-unsigned-resized",
    damage: object => object.opcode(object.record(0).slot, 0x69),
  },
  {
    name: "damaged-load-size-same-field",
    what: "A load that has not the size of its field, but the field keeps its size: fine.",
    from: "field-moved",
    damage: object => object.opcode(object.record(0).slot, 0x69),
  },
  {
    name: "damaged-slot-inside-wide",
    what: "A record that names the second half of a 64-bit load.",
    from: "value-changed",
    damage: object => object.record(0).move(1),
  },
  {
    name: "damaged-slot-odd-member",
    what: "Two records for one instruction: the second one does not find what it expects.",
    from: "field-moved",
    damage: object => object.record(1).move(object.record(0).slot - object.record(1).slot),
  },
]

/** A compiled object with its CO-RE records, to be changed. */
export class Damaged {
  #view
  #bytes
  #sections

  constructor(bytes) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#sections = sectionsOf(this.#view, bytes)
  }

  opcode(slot, value) {
    this.#view.setUint8(this.#instruction(slot), value)
  }

  registers(slot, value) {
    this.#view.setUint8(this.#instruction(slot) + 1, value)
  }

  offset(slot, value) {
    this.#view.setInt16(this.#instruction(slot) + 2, value, true)
  }

  immediate(slot, value) {
    this.#view.setInt32(this.#instruction(slot) + 4, value, true)
  }

  /** Replaces a string of .BTF by another of the same length, wherever it is used. */
  text(from, to) {
    const at = this.#string(from)
    for (let i = 0; i < to.length; i++) this.#bytes[at.position + i] = to.charCodeAt(i)
  }

  /** The n-th CO-RE record of section "socket". */
  record(index) {
    const view = this.#view
    const ext = this.#sections.get(".BTF.ext").start
    const core = ext + view.getUint32(ext + 4, true) + view.getUint32(ext + 24, true)
    const size = view.getUint32(core, true)
    const socket = this.#string("socket").offset
    for (let at = core + 4; ; at += 8 + view.getUint32(at + 4, true) * size) {
      if (view.getUint32(at, true) !== socket) continue
      const place = at + 8 + index * size
      return {
        slot: view.getUint32(place, true) / 8,
        move: slots => view.setUint32(place, view.getUint32(place, true) + slots * 8, true),
        access: text => view.setUint32(place + 8, text === "" ? 0 : this.#string(text).offset, true),
        kind: number => view.setUint32(place + 12, number, true),
      }
    }
  }

  #instruction(slot) {
    return this.#sections.get("socket").start + slot * 8
  }

  #string(text) {
    const btf = this.#sections.get(".BTF").start
    const strings = btf + this.#view.getUint32(btf + 4, true) + this.#view.getUint32(btf + 16, true)
    const offset = Buffer.from(this.#bytes.subarray(strings)).indexOf(`\0${text}\0`) + 1
    if (offset === 0) throw new Error(`the object has no string "${text}"`)
    return { offset, position: strings + offset }
  }
}

function sectionsOf(view, bytes) {
  const table = Number(view.getBigUint64(0x28, true))
  const size = view.getUint16(0x3a, true)
  const header = index => table + index * size
  const names = Number(view.getBigUint64(header(view.getUint16(0x3e, true)) + 0x18, true))
  const sections = new Map()
  for (let index = 0; index < view.getUint16(0x3c, true); index++) {
    const at = names + view.getUint32(header(index), true)
    const name = Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString()
    sections.set(name, { start: Number(view.getBigUint64(header(index) + 0x18, true)) })
  }
  return sections
}
