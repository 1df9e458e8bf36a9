// Numbers for fragments: what they are, and how they get limits.

/** A kept register that holds a number, or undefined. */
export function keptScalar({ kept, random }) {
  const found = [...kept].filter(([, { kind }]) => kind === "scalar").map(([register]) => register)
  return found.length === 0 ? undefined : random.pick(found)
}

/** Puts a number that the verifier knows nothing or little of into a register. */
export function unknownInto(scope, register) {
  const { random } = scope
  const kept = scope.isMain ? keptScalar(scope) : undefined
  switch (random.below(scope.isMain ? 4 : 1)) {
    case 0:
      scope.put("call bpf_get_prandom_u32", `r${register} = r0`)
      break
    case 1:
      scope.put("call bpf_ktime_get_ns", `r${register} = r0`)
      break
    case 2: {
      const [offset, size] = random.pick(scope.type.fields)
      scope.put(`r${register} = *(u${size * 8} *)(r6 +${offset})`)
      break
    }
    default:
      if (kept === undefined) scope.put("call bpf_get_prandom_u32", `r${register} = r0`)
      else scope.put(`r${register} = r${kept}`)
  }
}

/** Limits a register to 0 … `most`, in one of many ways, or nearly so; `away` is where other numbers go. */
export function limit(scope, register, most, away) {
  const { random } = scope
  const high = scope.slips(12) ? most + random.pick([1, 2, 8]) : most
  switch (random.below(7)) {
    case 0: {
      let mask = 1
      while (mask * 2 - 1 <= high) mask *= 2
      scope.put(`r${register} &= ${mask - 1}`)
      break
    }
    case 1:
      scope.put(`if r${register} > ${high} goto ${away}`)
      break
    case 2:
      scope.put(`w${register} = w${register}`, `if r${register} > ${high} goto ${away}`)
      break
    case 3:
      scope.put(
        `if w${register} > ${high} goto ${away}`,
        ...(scope.slips(3) ? [] : [`w${register} = w${register}`]),
      )
      break
    case 4:
      scope.put(`if r${register} s> ${high} goto ${away}`)
      if (!scope.slips(8)) scope.put(`if r${register} s< 0 goto ${away}`)
      break
    case 5: {
      const inside = scope.label()
      scope.put(`if r${register} < ${high + 1} goto ${inside}`, `goto ${away}`, `${inside}:`)
      break
    }
    default:
      scope.put(`r${register} %= ${high + 1}`)
  }
}
