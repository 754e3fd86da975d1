/**
 * Where a server of this data folder listens, noted so that commands find it. Only a hint: whoever reads it asks whether
 * anybody answers there, for a killed server leaves its note behind.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const noteIn = (dataDir: string): string => join(dataDir, 'serving.json')

/** @returns what takes the note away, unless another server has written its own since */
export function noteServing(dataDir: string, url: string): () => void {
  writeFileSync(noteIn(dataDir), `${JSON.stringify({ url, pid: process.pid })}\n`)
  return () => {
    if (servingUrl(dataDir) === url) rmSync(noteIn(dataDir), { force: true })
  }
}

/** Where a server said that it listens; undefined: none did, or its note cannot be read. */
export function servingUrl(dataDir: string): string | undefined {
  try {
    const { url } = JSON.parse(readFileSync(noteIn(dataDir), 'utf8')) as { url?: unknown }
    return typeof url === 'string' ? url : undefined
  } catch {
    return undefined
  }
}
