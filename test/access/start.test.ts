/** Where a server may listen: beyond this machine only with an admin token, and then it asks everybody for a credential. */
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/boot/config.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { sendRaw } from '../support/raw-http.ts'
import type { RunningServer } from '../support/server.ts'

const TOKEN = 'a-token-of-the-operator-of-32-chars'
const read = (env: Record<string, string>) => readConfig(env, '/tmp')

describe('an address that others reach', () => {
  test.each([':8080', '0.0.0.0:8080', '[::]:8080', '192.168.1.7:8080', 'example.com:8080', '[fe80::1]:8080'])(
    '%s: refused without an admin token, with the variable to set',
    (address) => {
      expect(() => read({ APP_ADDR: address })).toThrow(/Set ESPALIER_ADMIN_TOKEN .* or APP_ADDR=127\.0\.0\.1:8080/)
      expect(read({ APP_ADDR: address, ESPALIER_ADMIN_TOKEN: TOKEN }).listen.reach).toBe('network')
    },
  )

  test.each(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', '127.8.9.10:1'])('%s is this machine', (address) => {
    expect(read({ APP_ADDR: address }).listen.reach).toBe('this-machine')
  })
})

test.each(['x', 'x'.repeat(31), `${'x'.repeat(32)} `, `${'x'.repeat(16)} ${'x'.repeat(16)}`, `esp_${'x'.repeat(40)}`])(
  'the admin token %j is refused, and is not in the message',
  (token) => {
    const start = () => read({ ESPALIER_ADMIN_TOKEN: token })
    expect(start).toThrow(/at least 32 characters/)
    expect(start).not.toThrow(token.length > 8 ? token : /^$/)
  },
)

test.each(['yes', 'true', '2'])(
  'ESPALIER_REQUIRE_KEYS=%s is refused: a mistyped switch must not leave the door open',
  (value) => {
    expect(() => read({ ESPALIER_REQUIRE_KEYS: value })).toThrow(/must be 1 or 0/)
  },
)

describe('a server', () => {
  let folder: Folder | undefined
  let server: RunningServer | undefined
  afterEach(async () => {
    await server?.stop()
    folder?.remove()
  })

  test('on every interface does not start without a token, and says why', async () => {
    folder = createFolder()
    const { code, stderr } = await folder.espalier(['serve'], { env: { APP_ADDR: ':0' } })
    expect(code).toBe(3)
    expect(stderr).toContain('every interface')
    expect(stderr).toContain('ESPALIER_ADMIN_TOKEN')
  })

  test('on every interface asks for a credential, answers to any host name, and trusts no header', async () => {
    folder = createFolder()
    folder.commit('a', {})
    server = await folder.serve({ APP_ADDR: ':0', ESPALIER_ADMIN_TOKEN: TOKEN })
    const port = new URL(server.url).port
    const url = `http://127.0.0.1:${port}`
    const send = (...headers: string[]) =>
      sendRaw(url, ['GET /api/v1/config HTTP/1.1', 'Host: config.example.com', ...headers])
    expect(JSON.parse((await send('X-Tenant-ID: a')).body)).toMatchObject({ code: 'credentials-required' })
    expect((await send('X-Tenant-ID: a', `Authorization: Bearer ${TOKEN}`)).status).toBe(200)
    expect((await send('X-Tenant-ID: a', `Authorization: Bearer ${TOKEN}`, 'X-Forwarded-For: 10.0.0.1')).status).toBe(
      200,
    )
    expect((await send('X-Tenant-ID: a', `Authorization: Bearer ${TOKEN}x`)).status).toBe(401)
    expect(server.stderr()).not.toContain(TOKEN)
    expect(server.greeting).not.toContain(TOKEN)
  })

  test('on loopback trusts the header until it is told not to', async () => {
    folder = createFolder()
    folder.commit('a', {})
    server = await folder.serve({ ESPALIER_REQUIRE_KEYS: '1' })
    const answer = await fetch(`${server.url}/api/v1/config`, { headers: { 'X-Tenant-ID': 'a' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })
})
