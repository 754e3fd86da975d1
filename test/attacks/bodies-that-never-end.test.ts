/** Attack 41: bodies over the limit, sent in chunks, sent slowly, cut off, or nested to overflow a parser. */
import { describe, expect, test } from 'vitest'
import { openRaw, statusOf } from '../support/raw-http.ts'
import { attackTarget } from './target.ts'

const target = attackTarget()

const MEGABYTE = 1024 * 1024
const HEAD = ['POST /api/v1/execute HTTP/1.1', 'Host: localhost', 'X-Tenant-ID: bystander']
const head = (...more: string[]): string => `${[...HEAD, ...more].join('\r\n')}\r\n\r\n`
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const isWhole = (text: string): boolean => text.endsWith('}')

describe('over the limit', () => {
  test('in chunks: 413, and the connection ends', async () => {
    const raw = openRaw(target.server.url)
    raw.write(head('Transfer-Encoding: chunked'))
    raw.write(chunk('{"text": "'))
    for (let sent = 0; sent < 2 * MEGABYTE; sent += 65_536) raw.write(chunk('a'.repeat(65_536)))
    const text = await raw.read(isWhole)
    expect(statusOf(text)).toBe(413)
    expect(text).toContain('"code":"body-too-large"')
    expect(text).toMatch(/^connection: close\r$/im)
    raw.socket.destroy()
    await target.expectUnharmed()
  })

  test('with a Content-Length: 413 before a byte of it has come', async () => {
    const raw = openRaw(target.server.url)
    raw.write(head(`Content-Length: ${MEGABYTE + 1}`))
    const text = await raw.read(isWhole)
    expect(statusOf(text)).toBe(413)
    raw.socket.destroy()
    await target.expectUnharmed()
  })

  test('at every path that takes a body', async () => {
    for (const path of [
      '/api/v1/execute',
      '/api/v1/tools/double/run',
      '/api/v1/workflows/both/run',
      '/admin/tenants',
    ]) {
      const answer = await fetch(`${target.server.url}${path}`, {
        method: 'POST',
        headers: { 'X-Tenant-ID': 'bystander' },
        body: `{"text": "${'a'.repeat(MEGABYTE)}"}`,
      })
      expect(answer.status, path).toBe(413)
    }
    await target.expectUnharmed()
  })

  test('in letters of several bytes: bytes are what counts', async () => {
    const answer = await fetch(`${target.server.url}/api/v1/execute`, {
      method: 'POST',
      headers: { 'X-Tenant-ID': 'bystander' },
      body: `{"text": "${'€'.repeat(MEGABYTE / 2)}"}`,
    })
    expect(answer.status).toBe(413)
  })

  test('of a tenant that is unknown: 404, and the rest of the body is no request', async () => {
    const raw = openRaw(target.server.url)
    const smuggled = 'GET /api/v1/config HTTP/1.1\r\nHost: localhost\r\nX-Tenant-ID: bystander\r\n\r\n'
    raw.write(`POST /api/v1/execute HTTP/1.1\r\nHost: localhost\r\nX-Tenant-ID: nobody\r\n`)
    raw.write(`Content-Length: ${smuggled.length}\r\nConnection: close\r\n\r\n${smuggled}`)
    const text = await raw.read(() => false)
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 404'])
    await target.expectUnharmed()
  })
})

test('a body that is exactly as large as it may be is read', async () => {
  const around = '{"tool": "double", "input": {"n": 1, "note": ""}}'
  const body = around.replace('""', `"${'a'.repeat(MEGABYTE - around.length)}"`)
  const answer = await fetch(`${target.server.url}/api/v1/execute`, {
    method: 'POST',
    headers: { 'X-Tenant-ID': 'bystander' },
    body,
  })
  expect(answer.status).toBe(200)
})

test('chunks under the limit are read, one byte at a time', async () => {
  const raw = openRaw(target.server.url)
  raw.socket.setNoDelay(true)
  raw.write(head('Transfer-Encoding: chunked'))
  for (const letter of '{"tool": "double", "input": {"n": 21}}') raw.write(chunk(letter))
  raw.write('0\r\n\r\n')
  const text = await raw.read((all) => all.includes('executionId'))
  expect(statusOf(text)).toBe(200)
  raw.socket.destroy()
})

test('the connection goes on after a refused body that was whole', async () => {
  const raw = openRaw(target.server.url)
  for (const body of ['not JSON', '', '[1]', '{"tool": 5}']) {
    raw.write(`${head(`Content-Length: ${body.length}`)}${body}`)
    const text = await raw.read(isWhole)
    expect([400, 422]).toContain(statusOf(text))
  }
  const body = '{"tool": "double", "input": {"n": 21}}'
  raw.write(`${head(`Content-Length: ${body.length}`)}${body}`)
  expect(statusOf(await raw.read((all) => all.includes('executionId')))).toBe(200)
  raw.socket.destroy()
})

test('bodies that are cut off or stop coming keep nobody waiting', async () => {
  const stalled = Array.from({ length: 20 }, () => openRaw(target.server.url))
  for (const raw of stalled) raw.write(`${head('Content-Length: 1000')}{"text": "`)
  const cut = Array.from({ length: 20 }, () => openRaw(target.server.url))
  for (const raw of cut) {
    raw.write(`${head('Transfer-Encoding: chunked')}${chunk('{"text": "')}`)
    await target.expectUnharmed()
    raw.socket.destroy()
  }
  await target.expectUnharmed()
  for (const raw of stalled) raw.socket.destroy()
  await target.expectUnharmed()
  expect(target.server.stderr()).toBe('')
})

test('a body cut off while the branch of its tenant is being read for the first time', async () => {
  for (let index = 0; index < 20; index += 1) {
    target.commit(`cut-${index}`, { 'config/features.json': `{"beta": ${index}}` })
    const raw = openRaw(target.server.url)
    raw.write(`${head('Content-Length: 1000').replace('bystander', `cut-${index}`)}{"text"`)
    raw.socket.end()
    await raw.closed()
  }
  await target.expectUnharmed()
  expect(target.server.stderr()).toBe('')
})

test.each([
  ['lists', `{"input": ${'['.repeat(100_000)}`],
  ['maps', `{"input": ${'{"a":'.repeat(100_000)}`],
  ['closed lists', `{"input": {"a": ${'['.repeat(100)}${']'.repeat(100)}}}`],
])('%s nested too deep: 400', async (_name, body) => {
  const answer = await fetch(`${target.server.url}/api/v1/execute`, {
    method: 'POST',
    headers: { 'X-Tenant-ID': 'bystander' },
    body,
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'body-malformed' })
  await target.expectUnharmed()
})
