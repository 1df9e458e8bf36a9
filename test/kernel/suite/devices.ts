// Every attachment to devices, made up ones: infrared receivers, human interface devices.
import "./devices/infrared.ts"
import "./devices/human-interface.ts"
