/** What no HTTP parser takes: each is told why in the words of every other refusal, and harms nobody else. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { answerUnreadable } from '../../src/http/unreadable-requests.ts'
import { openRaw, statusOf } from '../support/raw-http.ts'
import { attackTarget } from './target.ts'

const target = attackTarget()
const isWhole = (text: string): boolean => text.endsWith('}')

const bodyOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))

test.each([
  [
    'headers without end',
    `GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}`,
    431,
    'headers-too-large',
  ],
  ['a query without end', `GET /livez?${'a'.repeat(20_000)}`, 431, 'headers-too-large'],
  ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', 400, 'request-malformed'],
  ['a header without a name', 'GET /livez HTTP/1.1\r\n: x\r\n\r\n', 400, 'request-malformed'],
  [
    'two lengths',
    'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
    'request-malformed',
  ],
  [
    'a chunk that is none',
    'POST /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\nzz\r\n',
    400,
    'request-malformed',
  ],
])('%s', async (_, text, status, code) => {
  const raw = openRaw(target.server.url)
  raw.write(text)
  const answer = await raw.read(isWhole)
  expect(statusOf(answer)).toBe(status)
  expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im)
  const id = /^x-request-id: (\S+)\r$/im.exec(answer)?.[1]
  expect(bodyOf(answer)).toMatchObject({ type: `/problems/${code}`, code, status, requestId: id })
  await raw.closed()
  await target.expectUnharmed()
})

test('a request that does not arrive', async () => {
  const server = createServer({ headersTimeout: 20, requestTimeout: 30, connectionsCheckingInterval: 10 })
  answerUnreadable(server, () => 'the-id')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const raw = openRaw(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    raw.write('GET /livez HTTP/1.1\r\nHost: loc')
    const answer = await raw.read(isWhole)
    expect(statusOf(answer)).toBe(408)
    expect(bodyOf(answer)).toMatchObject({ code: 'request-timeout', requestId: 'the-id' })
    await raw.closed()
  } finally {
    server.close()
  }
})
