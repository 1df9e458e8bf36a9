import type { Frame } from "../state/frame.ts"
import { TYPE } from "../state/register-type.ts"
import { BYTE, BYTE_LETTERS, byteKind, type StackSlot } from "../state/stack-slot.ts"
import { touchNothing, type Walk } from "../walk/walk.ts"
import { livenessText, registerText } from "./register-text.ts"
import { registerTextEarly, slotTextEarly } from "./state-text-early.ts"

/** Writes the registers and stack of one frame; all of them, or what changed since it was last written. */
export function writeFrame(walk: Walk, frame: Frame, everything: boolean): void {
  const { touched, log, rules } = walk
  let text = frame.number ? ` frame${frame.number}:` : ""
  frame.registers.forEach((r, index) => {
    if (r.type === TYPE.NOT_INIT) return
    if (!everything && !((touched.registers >> index) & 1)) return
    text += ` R${index}${livenessText(r.live)}=${rules.denseStates ? registerText(frame, r) : registerTextEarly(r)}`
  })
  for (let index = 0; index < frame.stack.length; index++) {
    const slot = frame.stack[index]!
    if (slot.kinds === 0) continue
    const bits = index < 32 ? touched.lowSlots : touched.highSlots
    if (!everything && !((bits >>> (index & 31)) & 1)) continue
    if (!rules.denseStates) {
      text += `${placeText(slot, index)}=${slotTextEarly(slot)}`
      continue
    }
    if (byteKind(slot, 7) === BYTE.DYNPTR) index++
    text += slotText(frame, index)
  }
  if (frame.references.length) text += ` refs=${frame.references.map(each => each.id).join(",")}`
  if (frame.inCallback) text += " cb"
  if (frame.inAsyncCallback) text += " async_cb"
  log.line(text)
  if (!everything) touchNothing(walk)
}

function slotText(frame: Frame, index: number): string {
  const slot = frame.stack[index]!
  const r = slot.register
  const place = placeText(slot, index)
  switch (byteKind(slot, 7)) {
    case BYTE.SPILL:
      return `${place}=${letters(slot, true)}${registerText(frame, r)}`
    case BYTE.DYNPTR: {
      const parts = [
        ...(r.id ? [`id=${r.id}`] : []),
        ...(r.refId ? [`ref_id=${r.refId}`] : []),
        ...(r.dynptrId ? [`dynptr_id=${r.dynptrId}`] : []),
      ]
      return `${place}=dynptr_${r.dynptr?.kind}(${parts.join(",")})`
    }
    case BYTE.ITERATOR: {
      if (!r.refId || !r.iterator) return ""
      const { name, state, depth } = r.iterator
      return `${place}=iter_${name}(ref_id=${r.refId},state=${state},depth=${depth})`
    }
    default:
      return `${place}=${letters(slot, false)}`
  }
}

function placeText({ register }: StackSlot, index: number): string {
  return ` fp${(-index - 1) * 8}${livenessText(register.live)}`
}

function letters(slot: StackSlot, beforeSpill: boolean): string {
  let text = ""
  for (let byte = 0; byte < 8; byte++) {
    const kind = byteKind(slot, byte)
    if (beforeSpill && kind === BYTE.SPILL) break
    text += BYTE_LETTERS[kind]
  }
  return text
}
