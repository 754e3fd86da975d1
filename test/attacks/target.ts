/**
 * A served repository to attack: a real server process, a tenant that has been good before, one that never was, and a
 * bystander who must not notice.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import { BASE_FILES, type Files } from '../support/repository.ts'
import type { RunningServer } from '../support/server.ts'

/** As in `config` and in a problem: `line` and `column` count from 1. */
export type Place = { file: string; line: number; column: number; pointer: string; code: string }

export type Answered = { status: number; headers: Headers; body: unknown }

export type Target = {
  server: RunningServer
  folder: Folder
  get(tenant: string, path: string): Promise<Answered>
  execute(tenant: string, body: object): Promise<Answered>
  commit(tenant: string, files: Files): string
  /** Sends `files` to the API as they are, to be committed or only checked. */
  write(
    tenant: string,
    path: '/api/v1/commits' | '/api/v1/validate',
    files: Readonly<Record<string, string>>,
  ): Promise<Answered>
  /** `espalier validate` on a folder with `files`. */
  validate(files: Readonly<Record<string, string>>): Promise<{ code: number; errors: unknown }>
  /**
   * Sends `files` in every way, by `espalier validate`, by `git commit` and by the API, and expects `places` to be
   * refused: committed by git they leave the last good commit serving, and by the API there is no commit at all.
   */
  expectRefusal(files: Readonly<Record<string, string>>, places: readonly Partial<Place>[]): Promise<void>
  /** The process lives, and a tenant that has nothing to do with it gets right answers. */
  expectUnharmed(): Promise<void>
}

/** One server for the tests of a file, which must survive all of them. */
export function attackTarget(): Target {
  let attacks = 0
  const target = {} as Target

  beforeAll(async () => {
    target.folder = createFolder()
    target.commit('bystander', { 'config/features.json': '{"beta": "bystander"}' })
    target.server = await target.folder.serve()
  })
  afterAll(async () => {
    const code = await target.server?.stop()
    target.folder.remove()
    expect(code).toBe(0)
  })

  target.commit = (tenant, files) => target.folder.commit(tenant, files)

  target.get = async (tenant, path) =>
    answered(await fetch(`${target.server.url}${path}`, { headers: { 'X-Tenant-ID': tenant } }))

  target.execute = async (tenant, body) => {
    const headers = { 'X-Tenant-ID': tenant }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return answered(await fetch(`${target.server.url}/api/v1/execute`, init))
  }

  target.write = async (tenant, at, files) => {
    const changes = Object.entries(files).map(([path, content]) => ({
      path,
      content,
      ...(at === '/api/v1/commits' && Object.hasOwn(BASE_FILES, path) ? { ifMatch: '*' } : {}),
    }))
    const headers = { 'X-Tenant-ID': tenant }
    const init = { method: 'POST', headers, body: JSON.stringify({ changes }) }
    return answered(await fetch(`${target.server.url}${at}`, init))
  }

  target.validate = async (files) => {
    attacks += 1
    const path = join(target.folder.path, `sent-${attacks}`)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
    }
    const { code, stdout } = await target.folder.espalier(['validate', '--json', '.'], { cwd: path })
    return { code, errors: (JSON.parse(stdout) as { errors: unknown }).errors }
  }

  target.expectRefusal = async (files, places) => {
    attacks += 1
    expect(await target.validate(files)).toMatchObject({ code: 1, errors: places })

    const before = `before-${attacks}`
    const good = target.commit(before, {})
    expect((await target.get(before, '/api/v1/config')).headers.get('x-config-revision')).toBe(good)
    const bad = target.commit(before, files)
    const degraded = await target.get(before, '/api/v1/config')
    expect(degraded).toMatchObject({ status: 200, body: { revision: good, valid: false } })
    expect(degraded.body).toMatchObject({ refused: { revision: bad, errors: places } })
    expect(degraded.headers.get('x-config-revision')).toBe(good)
    expect(degraded.headers.get('x-config-degraded')).toBe(bad)
    expect(await target.execute(before, { tool: 'double', input: { n: 4 } })).toMatchObject({
      status: 200,
      body: { revision: good, result: { result: 8 } },
    })

    const never = `never-${attacks}`
    target.commit(never, files)
    expect(await target.get(never, '/api/v1/config')).toMatchObject({
      status: 503,
      body: { code: 'config-invalid', errors: places },
    })

    const written = `written-${attacks}`
    const head = target.commit(written, {})
    for (const path of ['/api/v1/commits', '/api/v1/validate'] as const) {
      const sent = await target.write(written, path, files)
      expect(sent).toMatchObject({ status: 422, body: { code: 'change-invalid', errors: places } })
    }
    expect(target.folder.repository.git(['rev-parse', `customer/${written}`])).toBe(head)
    expect((await target.get(written, '/api/v1/config')).headers.get('x-config-revision')).toBe(head)
    await target.expectUnharmed()
  }

  target.expectUnharmed = async () => {
    expect(target.server.process.exitCode).toBeNull()
    expect(await target.get('bystander', '/api/v1/config/features/beta')).toMatchObject({
      status: 200,
      body: 'bystander',
    })
    const ran = await target.execute('bystander', { text: 'double 21' })
    expect(ran).toMatchObject({ status: 200, body: { result: { result: 42 } } })
  }
  return target
}

async function answered(answer: Response): Promise<Answered> {
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}
