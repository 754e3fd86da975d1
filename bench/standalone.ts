/** A benchmark that makes its own fixture, and starts and stops its own servers. */
import type { Load } from './load.ts'
import type { Options } from './options.ts'
import type { Row } from './report.ts'

export type StandaloneContext = {
  options: Options
  /** The checkout. */
  root: string
  /** A folder that is removed afterwards. */
  scratch: string
  /** The bundled rivals. */
  programs: string
  load: Load
  progress(text: string): void
}

/** @returns those rows whose work holds `options.only` */
export type Standalone = (context: StandaloneContext) => Promise<Row[]>
