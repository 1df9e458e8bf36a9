/** XDP: programs that see a frame first. Native in the driver (veth), generic in the stack, and the ways of frames that they send on. */
export { runLiveFrames } from "./live-frames.ts"
export { type XdpPlace, XdpPlaces, type XdpRefusal } from "./places.ts"
