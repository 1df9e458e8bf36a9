// Maps: lookups, values by fixed and unknown offsets, updates, ring buffers.
import { MAP, MAPS } from "./maps.mjs"
import { keptScalar, limit, unknownInto } from "./scalars.mjs"

const VALUES = [MAP.array, MAP.hash, MAP.percpu, MAP.counters, MAP.constants]

function key(scope, map) {
  const { random, written } = scope
  const { keySize } = MAPS[map]
  const offset = -keySize * (1 + random.below(2))
  if (scope.slips(24)) {
    if (random.chance(2)) scope.put("r2 = r10", "r2 += 0")
    else scope.put("r2 = r10", `r2 += ${-200 - random.below(300)}`)
    return
  }
  const source = scope.isMain ? keptScalar(scope) : undefined
  scope.put(
    `*(u${keySize * 8} *)(r10 ${offset}) = ${source === undefined || random.chance(2) ? random.below(5) : `r${source}`}`,
  )
  for (let byte = offset; byte < offset + keySize; byte++) written.add(byte)
  scope.put("r2 = r10", `r2 += ${offset}`)
}

/** A value, and what one does with it: fixed places, unknown ones, atomics; perhaps it is kept. */
function lookup(scope) {
  const { random } = scope
  const map = random.pick(VALUES)
  const { valueSize } = MAPS[map]
  const away = scope.label()
  key(scope, map)
  scope.put(`r1 = map[fd:${map}]`, "call bpf_map_lookup_elem")
  const forgets = scope.slips(20)
  if (!forgets) scope.put(random.chance(2) ? `if r0 == 0 goto ${away}` : notNull(scope, away))
  if (scope.isMain && random.chance(4)) {
    const register = 7 + random.below(3)
    if (scope.kept.has(register)) {
      const before = scope.kept.get(register)
      scope.put(`r${register} = r0`)
      scope.kept.set(register, { kind: "value", size: valueSize, isConstant: map === MAP.constants })
      scope.body(1)
      useValue(scope, register, scope.kept.get(register) ?? before)
      scope.put(`${away}:`)
      scope.keepScalar(register)
      return
    }
  }
  value(scope, valueSize, map === MAP.constants)
  scope.put(`${away}:`)
}
lookup.anywhere = true

function notNull(scope, away) {
  const there = scope.label()
  return `if r0 != 0 goto ${there}\ngoto ${away}\n${there}:`
}

function value(scope, valueSize, isConstant) {
  const { random } = scope
  const size = random.pick([1, 2, 4, 8])
  const away = scope.label()
  const writes = random.chance(2) && (!isConstant || scope.slips(8))
  const most = valueSize - size
  switch (random.below(4)) {
    case 0: {
      const offset = size * random.below(Math.floor(most / size) + 1) + (scope.slips(20) ? size : 0)
      scope.put(accessText(scope, 0, offset, size, writes))
      break
    }
    case 1: {
      scope.put("r8 = r8", `*(u64 *)(r10 -256) = r0`)
      unknownInto(scope, 4)
      scope.put("r0 = *(u64 *)(r10 -256)")
      limit(scope, 4, most, away)
      scope.put("r0 += r4", accessText(scope, 0, 0, size, writes))
      break
    }
    case 2: {
      // An index into an array of numbers.
      scope.put("*(u64 *)(r10 -256) = r0")
      unknownInto(scope, 4)
      scope.put("r0 = *(u64 *)(r10 -256)")
      limit(scope, 4, Math.floor(valueSize / size) - 1, away)
      const shift = Math.log2(size)
      if (shift > 0) scope.put(`r4 <<= ${shift}`)
      scope.put("r0 += r4", accessText(scope, 0, scope.slips(20) ? 1 : 0, size, writes))
      break
    }
    default: {
      if (isConstant) return
      const width = random.pick([4, 8])
      const offset = width * random.below(Math.floor((valueSize - width) / width) + 1)
      scope.put(
        "r1 = 1",
        `lock *(u${width * 8} *)(r0 +${offset}) ${random.pick(["+=", "|=", "&=", "^="])} r1`,
      )
    }
  }
  scope.put(`${away}:`)
}
function accessText({ random }, register, offset, size, writes) {
  return writes
    ? `*(u${size * 8} *)(r${register} +${offset}) = ${random.below(100)}`
    : `r1 = *(u${size * 8} *)(r${register} +${offset})`
}

function useValue(scope, register, known) {
  if (known?.kind !== "value") return
  scope.put(accessText(scope, register, scope.slips(12) ? known.size : 0, 4, !known.isConstant))
}

function update(scope) {
  const { random } = scope
  const map = random.pick([MAP.array, MAP.hash, MAP.counters])
  const { valueSize } = MAPS[map]
  key(scope, map)
  if (random.chance(4)) {
    scope.put(`r1 = map[fd:${map}]`, "call bpf_map_delete_elem")
    return
  }
  for (let at = 0; at < valueSize; at += 8) if (!scope.slips(60)) scope.put(`*(u64 *)(r10 ${-384 + at}) = 0`)
  scope.put("r3 = r10", `r3 += ${scope.slips(30) ? -valueSize + 8 : -384}`, `r4 = ${random.below(3)}`)
  scope.put(`r1 = map[fd:${map}]`, "call bpf_map_update_elem")
}
update.anywhere = true

/** Reserved memory is given back on every way. */
function ring(scope) {
  const { random } = scope
  if (scope.inLoop && random.chance(2)) return
  const away = scope.label()
  const size = random.pick([8, 16, 64])
  const register = scope.isMain ? 7 + random.below(3) : 7
  const before = scope.kept.get(register)
  if (scope.isMain && before?.kind !== "scalar") return
  scope.put(
    `r1 = map[fd:${MAP.ring}]`,
    `r2 = ${size}`,
    `r3 = ${scope.slips(24) ? 1 : 0}`,
    "call bpf_ringbuf_reserve",
  )
  if (!scope.slips(24)) scope.put(`if r0 == 0 goto ${away}`)
  scope.put(
    `r${register} = r0`,
    `*(u${random.pick([8, 16, 32, 64])} *)(r0 +${size - (scope.slips() ? 0 : 8)}) = 1`,
  )
  scope.kept.delete(register)
  if (scope.isMain && random.chance(2)) scope.body(1)
  if (!scope.slips(24))
    scope.put(
      `r1 = r${register}`,
      "r2 = 0",
      `call ${random.pick(["bpf_ringbuf_submit", "bpf_ringbuf_discard"])}`,
    )
  if (scope.slips(24)) scope.put(`r1 = *(u64 *)(r${register} +0)`)
  scope.put(`${away}:`)
  if (before) {
    scope.kept.set(register, before)
    scope.keepScalar(register)
  }
}

export const mapFragments = [
  [7, lookup],
  [3, update],
  [3, ring],
]
