// The figure of the hooks of a packet: the packet's level at the bottom, the socket's on top.

/** From top to bottom, with what each has on either way. Which order they run in comes from the run. */
const LAYERS = [
  {
    name: "socket",
    hooks: [
      ...["cgroup sock_create", "cgroup bind4", "cgroup post_bind4", "cgroup sendmsg4", "cgroup recvmsg4"],
      ...["cgroup sock_release", "sk_skb verdict", "socket filter", "cgroup_skb ingress"],
    ],
  },
  { name: "transport", hooks: ["sk_lookup", "sk_reuseport"] },
  {
    name: "IP",
    hooks: [
      ...["netfilter prerouting", "netfilter input", "netfilter forward", "netfilter output"],
      ...["netfilter postrouting", "lwt_in", "lwt_out", "lwt_xmit", "cgroup_skb egress"],
    ],
  },
  {
    name: "traffic control",
    hooks: ["tcx ingress", "tc ingress", "flow dissector", "tcx egress", "tc egress"],
  },
  { name: "driver", hooks: ["xdp"] },
]

const BOX = { width: 210, height: 36 }
const ROW = 52
const PAD = 10
const LABEL = 120
const COLUMNS = { receive: LABEL, through: LABEL + 240, send: LABEL + 480 }
const WIDTH = LABEL + 480 + BOX.width + 20
const TOP = 44
const BOTTOM = 40

/**
 * `ways`: for each column its hooks in the order in which they run, each as { hook, number, type, context }. Gives an SVG.
 */
export function hookFigure(ways) {
  const known = LAYERS.flatMap(({ hooks }) => hooks)
  const stray = Object.values(ways)
    .flat()
    .find(({ hook }) => !known.includes(hook))
  if (stray) throw new Error(`the figure has no layer for ${stray.hook}`)
  let y = TOP
  const bands = LAYERS.map(({ name, hooks }) => {
    const here = Object.fromEntries(
      Object.entries(ways).map(([way, steps]) => [way, steps.filter(({ hook }) => hooks.includes(hook))]),
    )
    const rows = Math.max(...Object.values(here).map(steps => steps.length))
    const band = { name, here, y, height: rows * ROW + PAD }
    y += band.height
    return band
  })
  const boxes = bands.flatMap(placeBoxes)
  const height = y + BOTTOM
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
    "<title>The hooks of a datagram on its way in, through and out, in the order in which they run</title>",
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...bands.map(drawBand),
    ...heading(height),
    ...arrows(boxes, ways, y),
    ...boxes.map(drawBox),
    "</svg>",
    "",
  ].join("\n")
}

/** Packets rise on the way in and sink on the way out. */
function placeBoxes({ here, y, height }) {
  const boxes = []
  for (const [way, steps] of Object.entries(here))
    for (const [index, step] of steps.entries()) {
      const fromTop = way === "receive" ? steps.length - 1 - index : index
      const start = way === "receive" ? y + height - steps.length * ROW - PAD / 2 : y + PAD / 2
      boxes.push({ ...step, way, x: COLUMNS[way], y: start + fromTop * ROW + (ROW - BOX.height) / 2 })
    }
  return boxes
}

function drawBand({ name, y, height }, index) {
  const fill = index % 2 === 0 ? "#f4f1ea" : "#ffffff"
  return [
    `<rect x="0" y="${y}" width="${WIDTH}" height="${height}" fill="${fill}"/>`,
    `<text x="14" y="${y + height / 2 + 5}" font-size="14" fill="#555">${name}</text>`,
  ].join("\n")
}

function heading(height) {
  const middle = way => COLUMNS[way] + BOX.width / 2
  const text = (way, y, words) =>
    `<text x="${middle(way)}" y="${y}" font-size="15" font-weight="bold" text-anchor="middle" fill="#222">${words}</text>`
  return [
    text("receive", 28, "way in: read upwards"),
    text("through", 28, "way through"),
    text("send", 28, "way out: read downwards"),
    `<text x="${WIDTH / 2 + LABEL / 2 - 20}" y="${height - 14}" font-size="14" text-anchor="middle" fill="#555">network device</text>`,
  ]
}

/** From each box to the next of its way, from the device and to it, and from one way to another. */
function arrows(boxes, ways, floor) {
  const lines = []
  for (const way of Object.keys(ways)) {
    const path = ways[way].map(({ hook }) => boxes.find(box => box.way === way && box.hook === hook))
    for (const [index, box] of path.slice(1).entries()) lines.push(vertical(path[index], box))
  }
  const first = boxes.find(box => box.way === "receive" && box.number === "1")
  const last = boxes.filter(({ way }) => way === "send").at(-1)
  if (first) lines.push(line(center(first), floor + 6, center(first), first.y + BOX.height))
  if (last) lines.push(line(center(last), last.y + BOX.height, center(last), floor + 6))
  const into = ways.through[0] && boxes.find(({ way }) => way === "through")
  const from = boxes.find(({ hook }) => hook === "netfilter prerouting")
  const out = boxes.filter(({ way }) => way === "through").at(-1)
  const to = boxes.find(({ hook }) => hook === "netfilter postrouting")
  if (into && from) lines.push(line(from.x + BOX.width, middleOf(from), into.x, middleOf(into)))
  if (out && to) lines.push(line(out.x + BOX.width, middleOf(out), to.x, middleOf(to)))
  return lines
}

const center = ({ x }) => x + BOX.width / 2
const middleOf = ({ y }) => y + BOX.height / 2

function vertical(from, to) {
  const isUp = to.y < from.y
  return line(center(from), isUp ? from.y : from.y + BOX.height, center(to), isUp ? to.y + BOX.height : to.y)
}

function line(x1, y1, x2, y2) {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#555" stroke-width="1.4" marker-end="url(#tip)"/>`
}

function drawBox({ x, y, hook, number, type, context }) {
  return [
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5" fill="#fff8e1" stroke="#b8860b"/>`,
    `<text x="${x + 10}" y="${y + 15}" font-size="13" font-weight="bold" fill="#222">${number}. ${hook}</text>`,
    `<text x="${x + 10}" y="${y + 29}" font-size="11" fill="#555">${type} · ${context}</text>`,
  ].join("\n")
}
