/** Entry point of the signing program: hands the process's arguments and streams to `main`. */

import { buffer } from 'node:stream/consumers'
import { main } from './ssh-program.ts'

process.exitCode = await main(process.argv.slice(2), {
  readInput: () => buffer(process.stdin),
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  now: () => Date.now(),
})
