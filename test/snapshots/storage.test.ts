/** What tenants are served while the files under their branches are packed, collected, damaged or gone. */
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeEach(async () => {
  app = await createTestApp()
})
afterEach(() => app.close())

const own = (value: string | number) => ({ 'config/own.json': JSON.stringify({ value }) })
const get = (tenant: string, path: string) => app.request(tenant, path)
const value = async (tenant: string): Promise<unknown> => {
  const answer = await get(tenant, '/api/v1/config/own/value')
  return answer.status === 200 ? answer.json() : answer.status
}
const oid = (name: string): string => app.repository.git(['rev-parse', name])
const loose = (id: string): string => join(app.repository.gitDir, 'objects', id.slice(0, 2), id.slice(2))

/** Writes an object as a loose file, wherever it lies packed. */
function loosen(id: string): string {
  const pack = join(app.repository.gitDir, 'objects/pack')
  const aside = join(app.folder.path, 'pack-aside')
  if (!existsSync(loose(id))) {
    renameSync(pack, aside)
    for (const name of readdirSync(aside).filter((each) => each.endsWith('.pack'))) {
      app.repository.git(['unpack-objects', '-q'], readFileSync(join(aside, name)))
    }
    rmSync(aside, { recursive: true })
  }
  return loose(id)
}

function damage(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 0xff
  chmodSync(path, 0o644)
  writeFileSync(path, bytes)
}

describe('an object that is missing or damaged', () => {
  test.each([
    ['file', 'customer/a:config/own.json', 'blob'],
    ['folder', 'customer/a:config', 'tree'],
    ['tree', 'customer/a^{tree}', 'tree'],
    ['commit', 'customer/a', 'commit'],
  ])(
    'a %s: is named, the last good commit serves, others notice nothing, and it is read once it is back',
    async (_, name, type) => {
      const good = app.commit('a', own('good'))
      app.commit('b', own('b'))
      expect(await value('a')).toBe('good')
      const head = app.commit('a', own('next'))
      const id = oid(name)
      const path = loosen(id)
      const intact = readFileSync(path)
      for (const harm of [() => damage(path), () => rmSync(path)]) {
        harm()
        expect(await value('a')).toBe('good')
        const status = await (await get('a', '/api/v1/status')).json()
        expect(status).toMatchObject({
          state: 'degraded',
          head,
          revision: good,
          errors: [{ code: 'object-unreadable', detail: expect.stringContaining(`The ${type} ${id} cannot be read`) }],
        })
        expect(await value('b')).toBe('b')
        writeFileSync(path, intact, { mode: 0o644 })
      }
      expect(await value('a')).toBe('next')
    },
  )

  test('with nothing good before it: that tenant alone gets 503', async () => {
    app.commit('a', own('a'))
    app.commit('b', own('b'))
    const path = loosen(oid('customer/a:config/own.json'))
    damage(path)
    const answer = await get('a', '/api/v1/config')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'config-invalid', errors: [{ code: 'object-unreadable' }] })
    expect(await value('b')).toBe('b')
  })

  test('a byte of the pack that all tenants lie in: whoever is answered is answered right', async () => {
    const tenants = Array.from({ length: 6 }, (_, index) => `t${index}`)
    for (const tenant of tenants) app.commit(tenant, own(tenant))
    app.repository.git(['repack', '-a', '-d', '--quiet'])
    const folder = join(app.repository.gitDir, 'objects/pack')
    const path = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack')) ?? expect.fail())
    const intact = readFileSync(path)
    chmodSync(path, 0o644)
    await fc.assert(
      fc.asyncProperty(fc.nat(intact.length - 1), async (at) => {
        const bytes = Buffer.from(intact)
        bytes[at]! ^= 0xff
        writeFileSync(path, bytes)
        const other = await createTestAppOver(app)
        try {
          for (const tenant of tenants) {
            const answer = await other(tenant)
            if (answer.status === 200) expect(await answer.json()).toBe(tenant)
            else expect([404, 503]).toContain(answer.status)
          }
        } finally {
          await other.close()
          writeFileSync(path, intact)
        }
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 60 : 3 },
    )
  })
})

/** Another server over the same repository, with nothing in its memory; gives what a tenant is answered. */
async function createTestAppOver({ folder }: TestApp) {
  const [{ createApp }, { readConfig }] = await Promise.all([
    import('../../src/app.ts'),
    import('../../src/boot/config.ts'),
  ])
  const data = join(folder.path, `data-${Math.random()}`)
  const product = await createApp(readConfig({ ...folder.env, ESPALIER_DATA_DIR: data }, folder.path))
  const ask = async (tenant: string): Promise<Response> =>
    product.server.request('http://localhost/api/v1/config/own/value', { headers: { 'X-Tenant-ID': tenant } })
  return Object.assign(ask, { close: () => product.close() })
}

describe('while it serves', () => {
  test('gc, repack and pack-refs in any order, with commits, deletions and force-pushes between', async () => {
    const step = fc.constantFrom('commit', 'delete', 'rewrite', 'gc', 'repack', 'pack-refs', 'prune')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const tenant = `g${Math.trunc(performance.now() * 1000)}`
        let expected = 'start'
        let isKnown = false
        app.commit(tenant, own(expected))
        for (const [index, each] of steps.entries()) {
          if (each === 'commit') {
            expected = `commit ${index}`
            app.commit(tenant, own(expected))
          } else if (each === 'rewrite') {
            expected = `rewritten ${index}`
            app.repository.commit(`customer/${tenant}`, { files: own(expected), parent: null })
          } else if (each === 'delete' && expected !== 'no branch') {
            app.repository.git(['branch', '-D', `customer/${tenant}`])
            expected = 'no branch'
          } else if (each === 'gc') app.repository.git(['gc', '--prune=now', '--quiet'])
          else if (each === 'repack') app.repository.git(['repack', '-a', '-d', '-f', '--quiet'])
          else if (each === 'pack-refs') app.repository.git(['pack-refs', '--all', '--prune'])
          else if (each === 'prune') app.repository.git(['reflog', 'expire', '--expire=now', '--all'])
          // A branch that was deleted before it was ever asked for is no tenant's.
          isKnown ||= expected !== 'no branch'
          expect(await value(tenant)).toBe(expected === 'no branch' ? (isKnown ? 503 : 404) : expected)
        }
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 100 : 3, endOnFailure: true },
    )
  })
})

test('tenants that are thrown out of memory come back as they were, degraded ones too', async () => {
  const { createServedSnapshots } = await import('../../src/snapshots/served.ts')
  const { createSnapshotBuilder } = await import('../../src/snapshots/build.ts')
  const { openObjects } = await import('../../src/git/objects/objects.ts')
  const { createRefReader } = await import('../../src/git/refs/refs.ts')
  const { createCompiler } = await import('../../src/app/compiler.ts')
  const { parseTenantId } = await import('../../src/kernel/ids.ts')
  const { headRef } = await import('../../src/tenants/tenant.ts')
  const compiler = createCompiler()
  const objects = openObjects(app.repository.gitDir)
  const noted = new Map<string, unknown>()
  const snapshots = createServedSnapshots({
    refs: createRefReader(app.repository.gitDir),
    objects,
    builder: createSnapshotBuilder(objects, compiler.compile, { maxBytes: 40_000 }),
    standings: {
      find: async (tenant) => noted.get(tenant) as never,
      note: (standing) => void noted.set(standing.tenant, standing),
    },
    clock: { now: () => 0 },
    // Room for some three tenants.
    maxBytes: 20_000,
  })
  const names = Array.from({ length: 12 }, (_, index) => `e${index}`)
  const goods = new Map(names.map((name) => [name, app.commit(name, own(name))]))
  const current = async (name: string) =>
    snapshots.current(parseTenantId(name) ?? expect.fail(), headRef(`customer/${name}`))
  for (const name of names) expect(await current(name)).toMatchObject({ kind: 'live' })
  app.commit('e0', { 'config/own.json': '{' })
  expect(await current('e0')).toMatchObject({ kind: 'degraded', snapshot: { revision: goods.get('e0') } })
  for (const name of [...names.slice(1), 'e0']) {
    const served = await current(name)
    expect(served).toMatchObject({
      kind: name === 'e0' ? 'degraded' : 'live',
      snapshot: { revision: goods.get(name), config: { own: { value: name } } },
    })
  }
  objects.close()
  await compiler.close()
})

test('whoever wakes at once waits for one reading of what they share', async () => {
  const { createSnapshotBuilder } = await import('../../src/snapshots/build.ts')
  const { openFolder } = await import('../../src/snapshots/folder-source.ts')
  const { createCompiler } = await import('../../src/app/compiler.ts')
  const compiler = createCompiler()
  const { root, source } = openFolder(app.repository.path)
  const reads: string[] = []
  const builder = createSnapshotBuilder(
    {
      async readTree(id) {
        reads.push(id)
        return source.readTree(id)
      },
      async readBlob(id, maxBytes) {
        reads.push(id)
        return source.readBlob(id, maxBytes)
      },
    },
    compiler.compile,
  )
  const built = await Promise.all(Array.from({ length: 30 }, () => builder.build(root)))
  expect(new Set(built).size).toBe(1)
  expect(built[0]).toMatchObject({ kind: 'content' })
  expect(reads.length).toBeGreaterThan(5)
  expect(new Set(reads).size).toBe(reads.length)
  await compiler.close()
})
