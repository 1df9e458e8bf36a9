// Every attachment on the side of the network and of control groups.
import "./network/xdp.ts"
import "./network/traffic-control.ts"
import "./network/cgroups.ts"
import "./network/sockets.ts"
import "./network/routes.ts"
import "./network/lifetime.ts"
import "./network/iproute.ts"
