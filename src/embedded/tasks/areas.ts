import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { Task } from "./task.ts"

/** A part of a task's address space. */
interface Area {
  readonly start: number
  /** The first address behind it. */
  readonly end: number
  readonly flags: number
  /** Where its bytes come from: the address of a struct file, and a page of it. */
  readonly file?: number
  readonly pageOffset?: number
}

const PAGE = 4096
/** VM_READ, VM_WRITE and VM_EXEC, and that all of them may be asked for. */
const [READ, WRITE, EXEC, MAY] = [1, 2, 4, 0x70]
const GROWSDOWN = 0x100
const ACCOUNT = 0x10_0000
/** VM_IO, VM_DONTDUMP and VM_PFNMAP: the kernel's own variables, which processes see. */
const [KERNEL_DATA, MAYREAD] = [0x0404_4400, 0x10]

/** Where processes find an executable that may lie anywhere, its parts by first page, pages and flags, and the vDSO. */
const IMAGE = 0x5555_5555_4000
const IMAGE_PARTS = [
  { first: 0, pages: 1, flags: READ | MAY },
  { first: 1, pages: 2, flags: READ | EXEC | MAY },
  { first: 3, pages: 1, flags: READ | MAY },
  { first: 4, pages: 1, flags: READ | WRITE | MAY | ACCOUNT },
] as const
const [, CODE, , DATA] = IMAGE_PARTS
const HEAP = IMAGE + 0x2_1000
const VVAR = 0x7fff_f7fc_1000
const VVAR_PAGES = 4
const VDSO = VVAR + VVAR_PAGES * PAGE
const VDSO_PAGES = 2

/** An address in the code of the executable: where system calls are made from. */
export const CODE_ADDRESS = IMAGE + CODE.first * PAGE + 0x42

/** Writes into a task's mm_struct where the parts of its program lie. */
export function describeImage(task: Task): void {
  const data = IMAGE + DATA.first * PAGE
  const code = IMAGE + CODE.first * PAGE
  task.mm
    .set("start_code", code)
    .set("end_code", code + CODE.pages * PAGE - 0x100)
    .set("start_data", data)
    .set("end_data", data + DATA.pages * PAGE - 0x100)
    .set("start_brk", HEAP)
    .set("brk", HEAP)
    .set("start_stack", task.setUpStack())
    .set("context.vdso", VDSO)
}

/**
 * The struct vm_area_struct of a task at an address, which the caller frees; undefined where nothing is mapped. What
 * the task's program put into memory, its executable, the vDSO: no libraries, and reading the executable's bytes faults.
 */
export function areaAt(kernel: KernelCore, task: Task, address: bigint): KernelObject | undefined {
  const area = areasOf(task).find(({ start, end }) => address >= start && address < end)
  return area && structOf(kernel, task, area)
}

/** The same for the first area that ends behind an address. */
export function areaFrom(kernel: KernelCore, task: Task, address: bigint): KernelObject | undefined {
  const area = areasOf(task).find(({ end }) => address < end)
  return area && structOf(kernel, task, area)
}

function structOf(kernel: KernelCore, task: Task, area: Area): KernelObject {
  const { start, end, flags, file = 0, pageOffset = 0 } = area
  return kernel.types.create("vm_area_struct", {
    vm_start: start,
    vm_end: end,
    vm_mm: task.mm,
    vm_flags: flags,
    vm_file: file,
    vm_pgoff: pageOffset,
  })
}

/** In the order of their addresses. */
function areasOf(task: Task): Area[] {
  const [stack, ...others] = task.userBlocks()
  const anonymous = READ | WRITE | MAY | ACCOUNT
  const file = task.executable?.address
  return apart([
    ...(file === undefined ? [] : IMAGE_PARTS.map(part => imageArea(part, file))),
    { start: VVAR, end: VDSO, flags: READ | MAYREAD | KERNEL_DATA },
    { start: VDSO, end: VDSO + VDSO_PAGES * PAGE, flags: READ | EXEC | MAY },
    ...(stack ? [pagesOf(stack, anonymous | GROWSDOWN)] : []),
    ...others.map(block => pagesOf(block, anonymous)),
  ])
}

/** Sorted areas, of which those that share a page or touch are one when they are alike, or else the first one's. */
function apart(areas: readonly Area[]): Area[] {
  const sorted = [...areas].sort((a, b) => a.start - b.start)
  const all: Area[] = []
  for (const area of sorted) {
    const before = all.at(-1)
    if (!before || before.end < area.start) all.push(area)
    else if (before.file === undefined && area.file === undefined && before.flags === area.flags)
      all[all.length - 1] = { ...before, end: Math.max(before.end, area.end) }
    else if (area.end > before.end) all.push({ ...area, start: Math.max(area.start, before.end) })
  }
  return all
}

function imageArea({ first, pages, flags }: (typeof IMAGE_PARTS)[number], file: number): Area {
  const start = IMAGE + first * PAGE
  return { start, end: start + pages * PAGE, flags, file, pageOffset: first }
}

/** Whole pages: the model keeps small blocks side by side. */
function pagesOf({ address, size }: { address: number; size: number }, flags: number): Area {
  const end = address + size
  return { start: address - (address % PAGE), end: Math.ceil(end / PAGE) * PAGE, flags }
}
