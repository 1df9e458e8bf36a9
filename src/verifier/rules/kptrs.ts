import type { MapField } from "../program.ts"
import { unsupported } from "../reject.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"
import type { Access } from "./memory.ts"

/** Kernel pointers kept in map values. */
export function accessKptrField(_walk: Walk, _access: Access, _field: MapField): void {
  unsupported("loads and stores of kptrs in map values")
}

export function checkKptrField(_walk: Walk, _number: number, _register: Register): void {
  unsupported("bpf_kptr_xchg")
}
