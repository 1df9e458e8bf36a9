import type { Verb } from "../objects/noun.ts"

export const tracelog: Verb = {
  names: ["tracelog"],
  words: "",
  summary: "print what programs write with bpf_printk, until interrupted",
  async run(words, { json, kernel: open, out, untilInterrupted }) {
    words.end()
    const kernel = await open()
    await untilInterrupted(async signal => {
      const each = async (write: (line: string) => void): Promise<void> => {
        for await (const line of kernel.trace({ signal })) write(`${line}\n`)
      }
      if (!json) await each(out)
      else
        await json.arrayOverTime(() =>
          each(line => {
            json.string(line)
            out(json.take())
          }),
        )
    })
  },
}
