/** The whole product with tenants of their own, and rollouts driven through its routes. */
import { expect } from 'vitest'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'
import type { Body } from './world.ts'

export type RolloutApp = TestApp & {
  /** The JSON of an answer below `/admin`, which has to be a success. */
  admin(path: string, body?: object, method?: string): Promise<Body>
  /** Status and code of an answer that is a refusal. */
  refused(path: string, body?: object, method?: string): Promise<{ status: number; code: unknown; detail: unknown }>
  /** Plans with these wishes, lets it out, and gives the run when nothing happens any more. */
  rollOut(wishes?: object): Promise<Body>
  /** The run when nothing happens any more. */
  rest(run: Body): Promise<Body>
  limitsOf(tenant: string): Promise<unknown>
}

type Options = NonNullable<Parameters<typeof createTestApp>[0]>

export async function createRolloutApp(tenants: readonly string[], options: Options = {}): Promise<RolloutApp> {
  const app = await createTestApp(options)
  const ask = (path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Response> => {
    const init: Init = body ? { ...post(body), method } : { method }
    return app.request(undefined, `/admin${path}`, init)
  }
  const admin: RolloutApp['admin'] = async (path, body, method) => {
    const answer = await ask(path, body, method)
    const text = await answer.text()
    expect(answer.ok, `${path}: ${text}`).toBe(true)
    return text === '' ? {} : (JSON.parse(text) as Body)
  }
  if (tenants.length > 0) await admin('/tenants:bulk', { tenants: tenants.map((tenant_id) => ({ tenant_id })) })
  for (const tenant of tenants) app.commit(tenant, { 'config/own.yaml': `name: ${tenant}\n` })
  const rest = async (run: Body): Promise<Body> => {
    await app.app.runs.settled()
    return admin(`/rollouts/${run.id}`)
  }
  return {
    ...app,
    admin,
    rest,
    async refused(path, body, method) {
      const answer = await ask(path, body, method)
      const { code, detail } = (await answer.json()) as Body
      return { status: answer.status, code, detail }
    },
    async rollOut(wishes = {}) {
      const run = await admin('/rollouts', { waves: [{ percent: 100 }], ...wishes })
      if (run.status === 'planned') await admin(`/rollouts/${run.id}/approve`, {})
      return rest(run)
    },
    async limitsOf(tenant) {
      const { config } = (await (await app.request(tenant, '/api/v1/config')).json()) as { config: Body }
      return config.limits
    },
  }
}

/** A commit of main that sets the limits; gives the commit. */
export const setLimits = (app: TestApp, text: string): string =>
  app.repository.commit('main', { files: { 'config/limits.yaml': text } })
