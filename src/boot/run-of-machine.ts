/** Which run of the machine this is: what waited in memory to reach the disk is lost with the run, not with a process. */
import { readFileSync } from 'node:fs'

/** Linux makes a new one at every boot; containers see that of the machine, whose memory it is. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** A text that differs between two boots; `''` where the system tells none. */
export function runOfMachine(): string {
  try {
    return readFileSync(BOOT_ID, 'latin1').trim()
  } catch {
    return ''
  }
}
