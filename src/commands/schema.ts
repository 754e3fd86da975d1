/** `espalier schema`: the published JSON Schemas of the files, and the OpenAPI document of the server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../app.ts'
import { readConfig } from '../boot/config.ts'
import { schemas } from '../boot/schemas.ts'
import { WrongUsage } from './line/wrong-usage.ts'

const OPENAPI = 'openapi'

export async function schemaCommand(kind: string | undefined): Promise<void> {
  const kinds = [...Object.keys(schemas), OPENAPI]
  if (kind === undefined) return print(kinds.join('\n'))
  if (kind === OPENAPI) return print(JSON.stringify(JSON.parse(await openApiText()), null, 2))
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined
  if (!schema) throw new WrongUsage(`There is no kind "${kind}"; there are ${kinds.join(', ')}.`)
  print(JSON.stringify(schema, null, 2))
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** The document comes from the mounted routes, so it takes a server; one of its own, that leaves nothing behind. */
async function openApiText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-'))
  try {
    const app = await createApp(readConfig({}, folder))
    const answer = await app.server.request('http://localhost/openapi.json')
    await app.close()
    return await answer.text()
  } finally {
    rmSync(folder, { recursive: true })
  }
}
