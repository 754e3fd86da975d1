/**
 * What the program was told by its environment, checked. Names are read here and nowhere else.
 * Invariant: a `Config` makes sense as a whole; anything that does not is refused with the name to set.
 */
import { join, resolve } from 'node:path'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../kernel/ids.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import type { BranchNames } from '../tenants/tenant.ts'

export type Config = {
  listen: { host: string; port: number }
  /** Absolute paths. */
  reposDir: string
  dataDir: string
  dbPath: string
  names: BranchNames
  /** The one tenant of a dedicated deployment. */
  only: TenantId | undefined
  /** The longest that a caller waits for a workflow. */
  executeTimeoutMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** Every variable that is read, with its default and its meaning: also the help text of `espalier serve`. */
export const VARIABLES = {
  APP_ADDR: ['127.0.0.1:8080', 'where to listen; a loopback address'],
  REPOS_DIR: ['./repos', 'the Git repository'],
  ESPALIER_DATA_DIR: ['./data', 'everything else: database, keys, the bare origin'],
  DB_PATH: ['<data>/espalier.sqlite', 'the SQLite database'],
  ESPALIER_TRUNK: ['main', 'the branch that tenants inherit from'],
  ESPALIER_BRANCH_PREFIX: ['customer/', 'what the name of a tenant branch begins with'],
  TENANT_ID: ['', 'serve this tenant alone'],
  ESPALIER_EXECUTE_TIMEOUT_MS: ['30000', 'how long a caller waits for a workflow'],
} as const satisfies Record<string, readonly [string, string]>

/** @throws StartRefused naming the variable that is wrong */
export function readConfig(env: Environment, cwd: string): Config {
  const of = (name: keyof typeof VARIABLES): string => env[name] || VARIABLES[name][0]
  const dataDir = resolve(cwd, of('ESPALIER_DATA_DIR'))
  return {
    listen: parseAddress(of('APP_ADDR')),
    reposDir: resolve(cwd, of('REPOS_DIR')),
    dataDir,
    dbPath: env.DB_PATH ? resolve(cwd, env.DB_PATH) : join(dataDir, 'espalier.sqlite'),
    names: {
      trunk: branchName('ESPALIER_TRUNK', of('ESPALIER_TRUNK')),
      prefix: prefixOf(of('ESPALIER_BRANCH_PREFIX')),
    },
    only: tenantOf(of('TENANT_ID')),
    executeTimeoutMs: positive('ESPALIER_EXECUTE_TIMEOUT_MS', of('ESPALIER_EXECUTE_TIMEOUT_MS')),
  }
}

const ADDRESS = /^(?<host>\[[0-9a-f:.]+\]|[^:[\]]*):(?<port>\d{1,5})$/i
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

function parseAddress(text: string): Config['listen'] {
  const { host: written = '', port: digits = '' } = ADDRESS.exec(text)?.groups ?? {}
  const port = Number(digits)
  if (digits === '' || port > 65_535) {
    throw new StartRefused(`APP_ADDR="${text}" is no address; write host:port, such as 127.0.0.1:8080.`)
  }
  const host = written.replace(/^\[|\]$/g, '')
  // A header is all that names the tenant, and anybody can write a header: only this machine may be asked.
  if (!LOOPBACK.test(host)) {
    const meaning = host === '' ? 'every interface of this machine' : `"${host}", which is not loopback`
    throw new StartRefused(
      `APP_ADDR="${text}" means ${meaning}. The X-Tenant-ID header is trusted, so anybody there could be any tenant. Set APP_ADDR=127.0.0.1:${port}.`,
    )
  }
  return { host, port }
}

/** The rules of git-check-ref-format(1) that a plain name can break. */
const BRANCH =
  /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\.(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9._/-]*[A-Za-z0-9_-]$|^[A-Za-z0-9_]$/

function branchName(variable: string, text: string): string {
  if (BRANCH.test(text)) return text
  throw new StartRefused(`${variable}="${text}" is no name of a branch.`)
}

function prefixOf(text: string): string {
  if (text.endsWith('/')) return `${branchName('ESPALIER_BRANCH_PREFIX', text.slice(0, -1))}/`
  throw new StartRefused(`ESPALIER_BRANCH_PREFIX="${text}" must end in a slash, such as customer/.`)
}

function tenantOf(text: string): TenantId | undefined {
  if (text === '') return undefined
  const tenant = parseTenantId(text)
  if (tenant) return tenant
  throw new StartRefused(`TENANT_ID="${text}" is no tenant id: ${TENANT_ID_FORM}.`)
}

function positive(variable: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new StartRefused(`${variable}="${text}" must be a whole number above 0.`)
}
