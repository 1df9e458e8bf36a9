// What lives on the stack and has a life of its own: iterators and dynptrs; sections that must be left again.
import { kfunc } from "./kfuncs.mjs"
import { MAP, MAPS } from "./maps.mjs"
import { keptScalar, limit, unknownInto } from "./scalars.mjs"

const stackAddress = (register, offset) => [`r${register} = r10`, `r${register} += ${offset}`]

/** Numbers from 0 on, until there are no more or one is enough. */
function iterator(scope) {
  const { random } = scope
  if (scope.inLoop) return
  const [again, end] = [scope.label(), scope.label()]
  const at = -464
  scope.put(
    ...stackAddress(1, at),
    `r2 = ${random.below(3)}`,
    `r3 = ${random.pick([1, 5, 100])}`,
    kfunc("bpf_iter_num_new"),
  )
  scope.put(`${again}:`, ...stackAddress(1, scope.slips(30) ? at + 8 : at), kfunc("bpf_iter_num_next"))
  if (!scope.slips(20)) scope.put(`if r0 == 0 goto ${end}`)
  const target = scope.isMain ? keptScalar(scope) : undefined
  if (target !== undefined && random.chance(2)) scope.put(`r${target} = *(u32 *)(r0 +0)`)
  const { written } = scope
  scope.inLoop = true
  scope.written = new Set(written)
  if (random.chance(2)) scope.body(1)
  scope.inLoop = false
  scope.written = written
  if (target !== undefined && random.chance(3)) scope.put(`if r${target} > 3 goto ${end}`)
  scope.put(`goto ${again}`, `${end}:`)
  if (!scope.slips(20)) scope.put(...stackAddress(1, at), kfunc("bpf_iter_num_destroy"))
}
iterator.anywhere = true

function section(scope) {
  const [enter, leave] = scope.random.pick([
    ["bpf_rcu_read_lock", "bpf_rcu_read_unlock"],
    ["bpf_preempt_disable", "bpf_preempt_enable"],
  ])
  scope.put(kfunc(enter))
  scope.body(1)
  if (!scope.slips(16)) scope.put(kfunc(leave))
  if (scope.slips(30)) scope.put(kfunc(leave))
}

/** Memory of a ring buffer, or a map's value, behind a dynptr. */
function dynptr(scope) {
  const { random } = scope
  if (scope.inLoop) return
  const at = -488
  const away = scope.label()
  const isRing = random.chance(2)
  if (isRing)
    scope.put(
      `r1 = map[fd:${MAP.ring}]`,
      `r2 = ${random.pick([8, 32])}`,
      "r3 = 0",
      ...stackAddress(4, at),
      "call bpf_ringbuf_reserve_dynptr",
    )
  else {
    const { valueSize } = MAPS[MAP.array]
    scope.put(
      "*(u32 *)(r10 -4) = 1",
      ...stackAddress(2, -4),
      `r1 = map[fd:${MAP.array}]`,
      "call bpf_map_lookup_elem",
    )
    scope.put(
      `if r0 == 0 goto ${away}`,
      "r1 = r0",
      `r2 = ${scope.slips() ? valueSize + 8 : valueSize}`,
      "r3 = 0",
      ...stackAddress(4, at),
      "call bpf_dynptr_from_mem",
    )
  }
  for (let left = random.below(3); left > 0; left--) use(scope, at)
  if (isRing && !scope.slips(16))
    scope.put(
      ...stackAddress(1, at),
      "r2 = 0",
      `call ${random.pick(["bpf_ringbuf_submit_dynptr", "bpf_ringbuf_discard_dynptr"])}`,
    )
  if (scope.slips(16)) use(scope, at)
  if (scope.slips(16)) scope.put(`r1 = *(u64 *)(r10 ${at})`)
  scope.put(`${away}:`)
}

function use(scope, at) {
  const { random } = scope
  const end = scope.label()
  switch (random.below(5)) {
    case 0:
      scope.put(
        "*(u64 *)(r10 -40) = 0",
        ...stackAddress(1, -40),
        `r2 = ${scope.slips(10) ? 48 : 8}`,
        ...stackAddress(3, at),
        "r4 = 0",
        "r5 = 0",
        "call bpf_dynptr_read",
      )
      break
    case 1:
      scope.put(
        "*(u64 *)(r10 -40) = 0",
        ...stackAddress(1, at),
        "r2 = 0",
        ...stackAddress(3, -40),
        "r4 = 8",
        "r5 = 0",
        "call bpf_dynptr_write",
      )
      break
    case 2: {
      const size = random.pick([4, 8])
      scope.put(...stackAddress(1, at), "r2 = 0", `r3 = ${size}`, "call bpf_dynptr_data")
      if (!scope.slips()) scope.put(`if r0 == 0 goto ${end}`)
      scope.put(`*(u32 *)(r0 +${scope.slips(8) ? size : 0}) = 1`)
      break
    }
    case 3:
      scope.put(...stackAddress(1, at), kfunc(random.pick(["bpf_dynptr_size", "bpf_dynptr_is_null"])))
      break
    default:
      scope.put(
        "*(u64 *)(r10 -40) = 0",
        ...stackAddress(1, at),
        "r2 = 0",
        ...stackAddress(3, -40),
        "r4 = 8",
        kfunc("bpf_dynptr_slice"),
      )
      if (!scope.slips()) scope.put(`if r0 == 0 goto ${end}`)
      unknownInto(scope, 9)
      limit(scope, 9, 7, end)
      scope.put("r1 = *(u8 *)(r0 +4)")
      if (scope.isMain) scope.kept.set(9, { kind: "scalar" })
  }
  scope.put(`${end}:`)
}

export const objectFragments = [
  [2, iterator],
  [2, section],
  [3, dynptr],
]
