import type { DeviceFilter, DeviceHooks } from "../../kernel/index.ts"
import type { JsonWriter } from "../objects/json-writer.ts"
import type { Verb } from "../objects/noun.ts"
import { readDevice } from "./read-device.ts"

export const show: Verb = {
  names: ["show", "list"],
  words: "[dev NAME]",
  summary: "list the programs of XDP, traffic control and flow dissection",
  async run(words, { objects, json, out }) {
    const name = words.isEmpty ? undefined : readDevice(words)
    words.end()
    const kernel = await objects()
    const dissector = kernel.flowDissector()
    const devices = kernel.devices(name)
    if (json) json.array(() => json.object(() => writeJson(devices, dissector, json)))
    else out(plain(devices, dissector))
  },
}

function plain(devices: readonly DeviceHooks[], dissector: number | undefined): string {
  const xdp = devices
    .filter(device => device.xdp.length > 0)
    .map(({ name, index, xdp }) => `${name}(${index})${xdp.map(modePlain).join("")}\n`)
  const filters = devices.flatMap(({ name, index, filters }) =>
    filters.map(filter => `${name}(${index}) ${filter.kind}${filterPlain(filter)}\n`),
  )
  const flow = dissector === undefined ? "" : `id ${dissector}`
  return `xdp:\n${xdp.join("")}\ntc:\n${filters.join("")}\nflow_dissector:\n${flow}\n`
}

function modePlain({ mode, id }: DeviceHooks["xdp"][number]): string {
  return ` ${mode} id ${id}`
}

function filterPlain({ name, id, actions }: DeviceFilter): string {
  const own = `${name === undefined ? "" : ` ${name}`}${id === undefined ? "" : ` id ${id}`}`
  if (!actions) return own
  const list = actions.map(each => `{${each.name ?? ""}${each.id === undefined ? "" : ` id ${each.id}`}}`)
  return `${own} act [${list.join("")}] `
}

function writeJson(devices: readonly DeviceHooks[], dissector: number | undefined, json: JsonWriter): void {
  json.arrayField("xdp", () => {
    for (const device of devices) if (device.xdp.length > 0) xdpJson(device, json)
  })
  json.arrayField("tc", () => {
    for (const { name, index, filters } of devices)
      for (const filter of filters)
        json.object(() => {
          json.field("devname", name)
          json.field("ifindex", index)
          filterJson(filter, json)
        })
  })
  // bpftool writes a member without its object here, which is no JSON.
  json.arrayField("flow_dissector", () => {
    if (dissector !== undefined) json.object(() => json.field("id", dissector))
  })
}

function xdpJson({ name, index, xdp, isSeveral }: DeviceHooks, json: JsonWriter): void {
  const members = ({ mode, id }: DeviceHooks["xdp"][number]): void => {
    json.field("mode", mode)
    json.field("id", id)
  }
  json.object(() => {
    json.field("devname", name)
    json.field("ifindex", index)
    if (!isSeveral) xdp.forEach(members)
    else
      json.arrayField("multi_attachments", () => {
        for (const each of xdp) json.object(() => members(each))
      })
  })
}

function filterJson({ kind, name, id, actions }: DeviceFilter, json: JsonWriter): void {
  json.field("kind", kind)
  if (name !== undefined) json.field("name", name)
  if (id !== undefined) json.field("id", id)
  if (!actions) return
  json.arrayField("act", () => {
    for (const action of actions)
      json.object(() => {
        if (action.name !== undefined) json.field("name", action.name)
        if (action.id !== undefined) json.field("id", action.id)
      })
  })
}
