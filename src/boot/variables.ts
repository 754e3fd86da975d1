/** What the environment may say; apart from the reading of it, which no start of a command should have to load. */

/** Every variable that is read, with its default and its meaning: also the help text of `espalier serve`. */
export const VARIABLES = {
  APP_ADDR: ['127.0.0.1:8080', 'where to listen; beyond loopback only with ESPALIER_ADMIN_TOKEN'],
  ESPALIER_ADMIN_TOKEN: ['', 'the bearer token of the operator, at least 32 characters'],
  ESPALIER_REQUIRE_KEYS: ['', '1: ask for a credential on loopback too'],
  ESPALIER_KEY_ENV: ['live', 'the second part of new API keys, such as esp_live_...'],
  ESPALIER_MASTER_KEY: ['<data>/keys/master', 'what secrets are encrypted under: the base64 of 32 bytes'],
  ESPALIER_MASTER_KEY_PREVIOUS: ['', 'the one before, until `espalier secrets rotate-master` is done'],
  REPOS_DIR: ['./repos', 'the Git repository'],
  ESPALIER_DATA_DIR: ['./data', 'everything else: database, keys, the bare origin'],
  DB_PATH: ['<data>/espalier.sqlite', 'the SQLite database'],
  ESPALIER_TRUNK: ['main', 'the branch that tenants inherit from'],
  ESPALIER_BRANCH_PREFIX: ['customer/', 'what the name of a tenant branch begins with'],
  ESPALIER_GIT_REMOTE: ['', "where rollouts push tenants' branches to: the name of a remote, or a URL"],
  ESPALIER_ROLLOUT: ['off', 'a new commit of the trunk: off, plan, or auto (goes out while it is clean)'],
  TENANT_ID: ['', 'serve this tenant alone'],
  ESPALIER_ADDRESS_RATE: ['', 'requests that one address may send, such as 600/minute'],
  ESPALIER_KEEP_EXECUTIONS_DAYS: ['90', 'how long executions are kept'],
  ESPALIER_KEEP_USAGE_DAYS: ['400', 'how long counts of use are kept, at least 31'],
  ESPALIER_EXECUTE_TIMEOUT_MS: ['30000', 'how long a caller waits for a workflow'],
} as const satisfies Record<string, readonly [string, string]>
