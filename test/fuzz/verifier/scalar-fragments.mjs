// Arithmetic, branches and loops.
import { keptScalar, limit, unknownInto } from "./scalars.mjs"

const OPERATORS = ["+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=", "s>>=", "/=", "%=", "s/=", "s%="]
const COMPARISONS = ["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"]
const NUMBERS = [0, 1, 2, 3, 7, 8, 15, 31, 63, 64, 100, 255, 4095, -1, -2, -8, -100, 0x7fffffff, -0x80000000]

function arithmetic(scope) {
  const { random } = scope
  const target = keptScalar(scope)
  if (target === undefined) return
  for (let left = 1 + random.below(4); left > 0; left--) scope.put(...operation(scope, target))
}

function operation(scope, target) {
  const { random } = scope
  const operator = random.pick(OPERATORS)
  const isShift = /<<|>>/.test(operator)
  const name = random.chance(3) ? "w" : "r"
  const source = keptScalar(scope)
  switch (random.below(8)) {
    case 0:
      return [`r${target} = -r${target}`]
    case 1:
      return [`r${target} = ${random.pick(["le16", "be32", "bswap64", "be64", "le32"])} r${target}`]
    case 2:
      return [`r${target} = (s${random.pick([8, 16, 32])})r${source}`]
    case 3:
      return [`w${target} = w${source}`]
    case 4:
      return [`${name}${target} ${operator} ${name}${source}`]
    default: {
      const number = isShift ? random.below(name === "w" ? 32 : 64) : random.pick(NUMBERS)
      const safe = number === 0 && /[/%]/.test(operator) ? 3 : number
      return [`${name}${target} ${operator} ${scope.slips(60) && isShift ? 64 : safe}`]
    }
  }
}

/** A branch on numbers, around a body or two. */
function branch(scope) {
  const { random } = scope
  const left = keptScalar(scope)
  const right = keptScalar(scope)
  if (left === undefined) return
  const [other, end] = [scope.label(), scope.label()]
  const name = random.chance(3) ? "w" : "r"
  const operand = random.chance(3) ? `${name}${right}` : random.pick(NUMBERS)
  scope.put(`if ${name}${left} ${random.pick(COMPARISONS)} ${operand} goto ${other}`)
  const before = { kept: new Map(scope.kept), written: new Set(scope.written) }
  scope.body(1)
  const first = { kept: scope.kept, written: scope.written }
  Object.assign(scope, { kept: new Map(before.kept), written: new Set(before.written) })
  if (random.chance(2)) {
    scope.put(`goto ${end}`, `${other}:`)
    scope.body(1)
    scope.put(`${end}:`)
  } else scope.put(`${other}:`)
  // What only one way made holds on neither, unless one is careless.
  for (const [register, own] of scope.kept)
    if (first.kept.get(register)?.kind !== own.kind && !scope.slips(20)) scope.keepScalar(register)
  if (!scope.slips(10))
    for (const byte of scope.written) if (!first.written.has(byte)) scope.written.delete(byte)
}

/** A number from a comparison of two unknown ones, used by a later comparison. */
function relation(scope) {
  const { random } = scope
  const away = scope.label()
  unknownInto(scope, 4)
  scope.put("r5 = r4")
  const most = 1 + random.below(200)
  limit(scope, 4, most, away)
  scope.put(`if r5 ${random.pick(COMPARISONS)} r4 goto ${away}`, "r4 += r5", `${away}:`)
}

/** Counts in a stack slot, a kept register or a scratch one, up to a number or to an unknown one. */
function loop(scope) {
  const { random } = scope
  if (scope.inLoop) return
  const counter = keptScalar(scope)
  if (counter === undefined) return
  const kept = scope.kept.get(counter)
  const [again, end] = [scope.label(), scope.label()]
  const rounds = 1 + random.below(12)
  const step = random.pick([1, 1, 1, 2, 3])
  const written = new Set(scope.written)
  scope.inLoop = true
  scope.kept.delete(counter)
  scope.put(`r${counter} = 0`)
  const form = random.below(4)
  if (form === 0) scope.put(`${again}:`, `may_goto ${end}`)
  else scope.put(`${again}:`)
  if (form === 1) {
    const bound = keptScalar(scope)
    if (bound !== undefined) {
      scope.put(`r5 = r${bound}`)
      limit(scope, 5, 6, end)
      scope.put(`if r${counter} >= r5 goto ${end}`)
    }
  }
  scope.body(1 + random.below(2))
  scope.put(`r${counter} += ${scope.slips(30) ? 0 : step}`)
  scope.put(
    `if r${counter} ${random.pick(["<", "!=", "s<", "<="])} ${rounds * step} goto ${again}`,
    `${end}:`,
  )
  if (scope.kept.size >= 0) scope.kept.set(counter, kept)
  scope.inLoop = false
  // The body may have been skipped.
  if (!scope.slips(10)) scope.written = written
}

export const scalarFragments = [
  [6, arithmetic],
  [5, branch],
  [2, relation],
  [3, loop],
]
