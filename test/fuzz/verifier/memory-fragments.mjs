// Stack, context and packets.
import { keptScalar, limit, unknownInto } from "./scalars.mjs"

const SIZES = [1, 2, 4, 8]

function mark({ written }, offset, size) {
  for (let byte = offset; byte < offset + size; byte++) written.add(byte)
}

function isWritten({ written }, offset, size) {
  for (let byte = offset; byte < offset + size; byte++) if (!written.has(byte)) return false
  return true
}

/** A store to the stack, and perhaps a load of what is there. */
function stack(scope) {
  const { random } = scope
  const size = random.pick(SIZES)
  const offset = -size * (1 + random.below(Math.floor((scope.slips(24) ? 560 : 64) / size)))
  const source = scope.isMain ? keptScalar(scope) : undefined
  scope.put(
    source === undefined || random.chance(3)
      ? `*(u${size * 8} *)(r10 ${signed(offset)}) = ${random.below(300)}`
      : `*(u${size * 8} *)(r10 ${signed(offset)}) = r${source}`,
  )
  mark(scope, offset, size)
  const other = random.pick(SIZES)
  const from = random.chance(2) ? offset : -other * (1 + random.below(64 / other))
  if (!isWritten(scope, from, other) && !scope.slips(10)) return
  const target = scope.isMain ? keptScalar(scope) : undefined
  scope.put(`r${target ?? 1} = *(u${other * 8} *)(r10 ${signed(from)})`)
}
stack.anywhere = true

function signed(offset) {
  return offset < 0 ? `${offset}` : `+${offset}`
}

/** What is spilled comes back as it was: a pointer, or a number with its limits. */
function spill(scope) {
  const { random } = scope
  const offset = -8 * (9 + random.below(4))
  const register = random.pick([6, 7, 8, 9])
  const what = register === 6 ? { kind: "context" } : scope.kept.get(register)
  if (what === undefined) return
  scope.put(`*(u64 *)(r10 ${offset}) = r${register}`)
  mark(scope, offset, 8)
  if (random.chance(3)) scope.put("r0 = 0", "r1 = r0")
  if (scope.slips(20)) scope.put(`*(u8 *)(r10 ${offset + random.below(8)}) = 1`)
  if (what.kind === "scalar" && random.chance(3)) scope.put(`r${register} = *(u32 *)(r10 ${offset})`)
  else scope.put(`r${register} = *(u64 *)(r10 ${offset})`)
}

/** By an offset that is a number: reads and writes go anywhere between its limits. */
function variableStack(scope) {
  const { random } = scope
  const away = scope.label()
  const size = random.pick([1, 2, 4, 8])
  for (let at = -128; at < -64; at += 8) scope.put(`*(u64 *)(r10 ${at}) = 0`)
  mark(scope, -128, 64)
  unknownInto(scope, 4)
  limit(scope, 4, 64 - size, away)
  scope.put("r5 = r10", "r5 += -128", "r5 += r4")
  scope.put(random.chance(2) ? `*(u${size * 8} *)(r5 +0) = 7` : `r3 = *(u${size * 8} *)(r5 +0)`, `${away}:`)
}
variableStack.anywhere = true

function context(scope) {
  const { random, type } = scope
  const write = random.chance(4) && type.writes.length > 0
  let [offset, size] = random.pick(write ? type.writes : type.fields)
  if (scope.slips(12)) offset += random.pick([-4, 1, 2, 4, 8, 200])
  if (scope.slips(12)) size = random.pick(SIZES)
  const target = keptScalar(scope)
  if (target === undefined) return
  if (write) scope.put(`*(u${size * 8} *)(r6 ${signed(offset)}) = r${target}`)
  else scope.put(`r${target} = *(u${size * 8} *)(r6 ${signed(offset)})`)
}

/** Headers at fixed places, or behind a length that the packet itself tells. */
function packet(scope) {
  const { random, type } = scope
  if (!type.packet) return
  const away = scope.label()
  const [data, end] = type.packet
  scope.put(`r2 = *(u32 *)(r6 +${data})`, `r3 = *(u32 *)(r6 +${end})`)
  const bytes = random.pick([1, 2, 8, 14, 20, 34])
  check(scope, bytes, away)
  access(scope, bytes)
  if (random.chance(2)) {
    scope.put(`r5 = *(u8 *)(r2 +${random.below(bytes)})`)
    if (random.chance(2)) scope.put("r5 &= 15", "r5 <<= 2")
    else limit(scope, 5, random.pick([40, 255, 1500, 65535]), away)
    scope.put("r2 += r5")
    const more = random.pick([1, 4, 8, 20])
    check(scope, more, away)
    access(scope, more)
  }
  if (random.chance(6)) {
    scope.put("r1 = r6", "r2 = 0", "call bpf_get_prandom_u32")
    if (scope.slips(4)) access(scope, bytes)
  }
  scope.put(`${away}:`)
}

function check(scope, bytes, away) {
  const { random } = scope
  const enough = scope.slips() ? bytes - 1 : bytes
  scope.put("r4 = r2", `r4 += ${enough}`)
  switch (random.below(4)) {
    case 0:
      scope.put(`if r4 > r3 goto ${away}`)
      break
    case 1:
      scope.put(`if r3 < r4 goto ${away}`)
      break
    case 2: {
      const inside = scope.label()
      scope.put(`if r4 <= r3 goto ${inside}`, `goto ${away}`, `${inside}:`)
      break
    }
    default:
      // One more byte than is needed.
      scope.put(`if r4 >= r3 goto ${away}`)
  }
}

function access({ random, type, slips, put }, bytes) {
  const size = random.pick(SIZES.filter(size => size <= bytes))
  const offset = random.below(bytes - size + 1) + (slips(20) ? 1 : 0)
  const mayWrite = type.name !== "cgroup_skb" || slips(8)
  if (random.chance(3) && mayWrite) put(`*(u${size * 8} *)(r2 +${offset}) = 1`)
  else put(`r1 = *(u${size * 8} *)(r2 +${offset})`)
}

/** What no pointer takes, and some that it does. */
function pointerArithmetic(scope) {
  const { random } = scope
  if (!random.chance(4)) return
  const source = keptScalar(scope)
  if (source === undefined) return
  const base = random.pick([10, 6])
  scope.put(`r1 = r${base}`)
  const lines = [
    "r1 &= 7",
    "r1 -= r10",
    `r1 += r${source}`,
    "r1 *= 2",
    "w1 += 4",
    "r1 = -r1",
    "r1 += 8",
    "r1 -= 8",
    "r1 = be64 r1",
  ]
  scope.put(random.pick(lines))
  if (random.chance(3)) scope.put("r2 = *(u8 *)(r1 +0)")
}

export const memoryFragments = [
  [5, stack],
  [3, spill],
  [2, variableStack],
  [4, context],
  [7, packet],
  [1, pointerArithmetic],
]
