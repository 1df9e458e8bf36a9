// Reads 10,000 damaged objects and every truncation of three, in a process of its own; prints counts, the slowest,
// and peak memory. Run by hand:  node test/fuzz/soak.mjs [COUNT] [SEED]
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
const output = `${root}/.cache/fuzz`
const [count = "10000", seed = "1"] = process.argv.slice(2)

const options = ["--noEmit", "false", "--outDir", output, "--rootDir", root, "--declaration", "false"]
try {
  execFileSync("npx", ["tsc", "-p", `${root}/test/fuzz/tsconfig.json`, ...options], {
    cwd: root,
    stdio: "pipe",
  })
} catch (error) {
  // Types are the business of `npm run check`: what was compiled is run.
  process.stderr.write(String(error.stdout ?? error))
}
execFileSync(process.execPath, [`${output}/test/fuzz/soak-run.js`, root, count, seed], { stdio: "inherit" })
