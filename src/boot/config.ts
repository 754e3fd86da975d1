/**
 * What the program was told by its environment, checked. Names are read here and nowhere else.
 * Invariant: a `Config` makes sense as a whole; anything that does not is refused with the name to set.
 */
import { join, resolve } from 'node:path'
import { KEY_ENVIRONMENT_FORM } from '../access/keys/format.ts'
import { parseRateLimit, type RateLimit } from '../access/keys/rate-limit.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../kernel/ids.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import { type MasterKey, masterKeyFromText } from '../secrets/key-ring.ts'
import type { BranchNames } from '../tenants/tenant.ts'
import { refuseMisspelt } from './misspelt.ts'
import { VARIABLES } from './variables.ts'

export type Config = {
  /** `host` is empty for every interface. */
  listen: { host: string; port: number; reach: Reach }
  /** Who may do everything, from anywhere. */
  adminToken: string | undefined
  /** Whether a request on this machine has to show a credential too. */
  requireKeys: boolean
  /** The second part of new API keys. */
  keyEnvironment: string
  /** What data keys are wrapped by, where that is not kept in the data folder. */
  masterKeys: { current: MasterKey | undefined; previous: MasterKey | undefined }
  /** Absolute paths. */
  reposDir: string
  dataDir: string
  dbPath: string
  names: BranchNames
  /** The one tenant of a dedicated deployment. */
  only: TenantId | undefined
  /** The longest that a caller waits for a workflow. */
  executeTimeoutMs: number
  /** How long executions and counts of use are kept. */
  keptDays: { executions: number; usage: number }
  /** Where rollouts push tenants' branches to: a name or a URL; undefined = nowhere. */
  remote: string | undefined
  /** What becomes of a new commit of the trunk by itself. */
  rollout: RolloutMode
  /** What one address may send; undefined = unlimited. */
  perAddress: RateLimit | undefined
}

/** `plan`: planned, and a person lets it out; `auto`: goes out through the waves while it is clean. */
export type RolloutMode = (typeof ROLLOUT_MODES)[number]
const ROLLOUT_MODES = ['off', 'plan', 'auto'] as const

/** Who can reach the server at all. */
export type Reach = 'this-machine' | 'network'

type Environment = Readonly<Record<string, string | undefined>>

/** @throws StartRefused naming the variable that is wrong */
export function readConfig(env: Environment, cwd: string): Config {
  refuseMisspelt(Object.keys(env), Object.keys(VARIABLES))
  const of = (name: keyof typeof VARIABLES): string => env[name] || VARIABLES[name][0]
  const adminToken = adminTokenOf(of('ESPALIER_ADMIN_TOKEN'))
  const dataDir = resolve(cwd, of('ESPALIER_DATA_DIR'))
  return {
    listen: parseAddress(of('APP_ADDR'), { hasAdminToken: adminToken !== undefined }),
    adminToken,
    requireKeys: switchOf('ESPALIER_REQUIRE_KEYS', of('ESPALIER_REQUIRE_KEYS')),
    keyEnvironment: keyEnvironmentOf(of('ESPALIER_KEY_ENV')),
    masterKeys: {
      current: masterKeyOf('ESPALIER_MASTER_KEY', env.ESPALIER_MASTER_KEY),
      previous: masterKeyOf('ESPALIER_MASTER_KEY_PREVIOUS', env.ESPALIER_MASTER_KEY_PREVIOUS),
    },
    reposDir: resolve(cwd, of('REPOS_DIR')),
    dataDir,
    dbPath: env.DB_PATH ? resolve(cwd, env.DB_PATH) : join(dataDir, 'espalier.sqlite'),
    names: {
      trunk: branchName('ESPALIER_TRUNK', of('ESPALIER_TRUNK')),
      prefix: prefixOf(of('ESPALIER_BRANCH_PREFIX')),
    },
    remote: remoteOf(of('ESPALIER_GIT_REMOTE')),
    rollout: rolloutModeOf(of('ESPALIER_ROLLOUT')),
    only: tenantOf(of('TENANT_ID')),
    keptDays: {
      executions: positive('ESPALIER_KEEP_EXECUTIONS_DAYS', of('ESPALIER_KEEP_EXECUTIONS_DAYS')),
      usage: positive('ESPALIER_KEEP_USAGE_DAYS', of('ESPALIER_KEEP_USAGE_DAYS'), DAYS_OF_A_MONTH),
    },
    perAddress: rateOf('ESPALIER_ADDRESS_RATE', of('ESPALIER_ADDRESS_RATE')),
    executeTimeoutMs: positive('ESPALIER_EXECUTE_TIMEOUT_MS', of('ESPALIER_EXECUTE_TIMEOUT_MS')),
  }
}

function rateOf(variable: string, text: string): RateLimit | undefined {
  if (text === '') return undefined
  const rate = parseRateLimit(text)
  if (rate) return rate
  throw new StartRefused(`${variable}="${text}" must be a number and a window, such as 600/minute.`)
}

const ADDRESS = /^(?<host>\[[0-9a-f:.]+\]|[^:[\]]*):(?<port>\d{1,5})$/i
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

function parseAddress(text: string, { hasAdminToken }: { hasAdminToken: boolean }): Config['listen'] {
  const { host: written = '', port: digits = '' } = ADDRESS.exec(text)?.groups ?? {}
  const port = Number(digits)
  if (digits === '' || port > 65_535) {
    throw new StartRefused(`APP_ADDR="${text}" is no address; write host:port, such as 127.0.0.1:8080.`)
  }
  const host = written.replace(/^\[|\]$/g, '')
  if (LOOPBACK.test(host)) return { host, port, reach: 'this-machine' }
  // Anybody can write a header, so that from elsewhere it takes a credential; somebody must hold the first one.
  if (hasAdminToken) return { host, port, reach: 'network' }
  const meaning = host === '' ? 'every interface of this machine' : `"${host}", which is not loopback`
  throw new StartRefused(
    `APP_ADDR="${text}" means ${meaning}, where every request has to show a credential. Set ESPALIER_ADMIN_TOKEN to a secret of at least ${ADMIN_TOKEN_LENGTH} characters (openssl rand -hex 32), or APP_ADDR=127.0.0.1:${port}.`,
  )
}

const ADMIN_TOKEN_LENGTH = 32
const ADMIN_TOKEN = new RegExp(`^[\\x21-\\x7e]{${ADMIN_TOKEN_LENGTH},}$`)

/** Its text is in no message: it is a secret. */
function adminTokenOf(text: string): string | undefined {
  if (text === '') return undefined
  if (ADMIN_TOKEN.test(text) && !text.startsWith('esp_')) return text
  throw new StartRefused(
    `ESPALIER_ADMIN_TOKEN must have at least ${ADMIN_TOKEN_LENGTH} characters, without spaces, and not begin with "esp_", as API keys do. Set it to what \`openssl rand -hex 32\` prints.`,
  )
}

/** Its text is in no message: it is a secret. */
function masterKeyOf(variable: string, text: string | undefined): MasterKey | undefined {
  if (!text) return undefined
  const master = masterKeyFromText(text)
  if (master) return master
  throw new StartRefused(
    `${variable} must be the base64 of 32 bytes. Set it to what \`openssl rand -base64 32\` prints.`,
  )
}

function switchOf(variable: string, text: string): boolean {
  if (text === '1') return true
  if (text === '' || text === '0') return false
  throw new StartRefused(`${variable}="${text}" must be 1 or 0.`)
}

function keyEnvironmentOf(text: string): string {
  if (KEY_ENVIRONMENT_FORM.test(text)) return text
  throw new StartRefused(`ESPALIER_KEY_ENV="${text}" must be 1 to 16 characters of a-z and 0-9, such as live.`)
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

function remoteOf(text: string): string | undefined {
  if (!text.startsWith('-')) return text || undefined
  throw new StartRefused(`ESPALIER_GIT_REMOTE="${text}" must be the name of a remote, or a URL.`)
}

function rolloutModeOf(text: string): RolloutMode {
  const mode = ROLLOUT_MODES.find((known) => known === text)
  if (mode) return mode
  throw new StartRefused(`ESPALIER_ROLLOUT="${text}" must be one of ${ROLLOUT_MODES.join(', ')}.`)
}

function tenantOf(text: string): TenantId | undefined {
  if (text === '') return undefined
  const tenant = parseTenantId(text)
  if (tenant) return tenant
  throw new StartRefused(`TENANT_ID="${text}" is no tenant id: ${TENANT_ID_FORM}.`)
}

/** The monthly limit of a tenant is counted from what is kept. */
const DAYS_OF_A_MONTH = 31

function positive(variable: string, text: string, least = 1): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new StartRefused(`${variable}="${text}" must be a whole number from ${least} up.`)
}
