/**
 * The one error type that crosses a domain's edge, and the one table from its code to a status and a title.
 * Invariant: `detail` and `data` may be shown to the caller; `internal` and `cause` never leave the process.
 * Source of the vocabulary: RFC 9457 (problem details for HTTP APIs).
 */

/** Every problem that a caller can meet. Each code has a page at `/problems/<code>`. */
export const PROBLEMS = {
  'access-denied': { status: 403, title: 'The caller may not do this' },
  'body-invalid': { status: 422, title: 'The body does not have the expected form' },
  'body-malformed': { status: 400, title: 'The body is not JSON' },
  'body-too-large': { status: 413, title: 'The body is larger than this server accepts' },
  'branch-busy': { status: 409, title: 'The branch kept moving while the change was made' },
  'branch-checked-out-dirty': { status: 409, title: 'Somebody has this branch checked out, with changes' },
  'change-invalid': { status: 422, title: 'The files would not be valid with this change' },
  'config-invalid': { status: 503, title: 'This revision of the configuration is not valid' },
  'config-not-found': { status: 404, title: 'No configuration value at this place' },
  'conflict-not-found': { status: 404, title: 'No rollout has such a conflict' },
  'credentials-invalid': { status: 401, title: 'The credential is not valid' },
  'credentials-required': { status: 401, title: 'A credential is required' },
  'execution-not-found': { status: 404, title: 'No such execution' },
  'file-not-found': { status: 404, title: 'The branch has no such file' },
  'file-not-patchable': { status: 422, title: 'This file cannot be patched' },
  'forbidden-host': { status: 403, title: 'This host name is not one of this server' },
  'forbidden-origin': { status: 403, title: 'A page of another site may not call this server' },
  'headers-too-large': { status: 431, title: 'The headers are larger than this server accepts' },
  'hold-not-found': { status: 404, title: 'This tenant is not on hold' },
  'idempotency-conflict': { status: 409, title: 'A request with this idempotency key is under way' },
  'idempotency-key-invalid': { status: 400, title: 'This is not an idempotency key' },
  'idempotency-key-reused': { status: 422, title: 'This idempotency key belongs to another request' },
  'input-invalid': { status: 422, title: 'The input does not match its schema' },
  'intent-ambiguous': { status: 422, title: 'The text fits more than one tool or workflow' },
  'intent-not-found': { status: 422, title: 'The text fits no tool or workflow' },
  internal: { status: 500, title: 'Something went wrong here' },
  'key-not-active': { status: 409, title: 'This key is no longer in force' },
  'key-not-found': { status: 404, title: 'No such key' },
  'media-type-unsupported': { status: 415, title: 'The body is of a type that this path does not take' },
  'method-not-allowed': { status: 405, title: 'This path does not take this method' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'not-ready': { status: 503, title: 'The server cannot answer requests now' },
  overloaded: { status: 503, title: 'The server is at its limit' },
  'parameter-invalid': { status: 400, title: 'A parameter does not have the expected form' },
  'patch-not-applicable': { status: 422, title: 'The patch does not fit the file' },
  'patch-test-failed': { status: 409, title: 'A test of the patch does not hold' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'precondition-required': { status: 428, title: 'The change has to say which version it is of' },
  'repository-failed': { status: 503, title: 'The Git repository could not be read' },
  'request-malformed': { status: 400, title: 'The request cannot be read' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'revert-conflict': { status: 409, title: 'What is to be undone has been changed since' },
  'revision-invalid': { status: 422, title: 'This revision is not valid' },
  'revision-not-found': { status: 404, title: 'No such revision' },
  'rollout-from-unknown': { status: 422, title: 'This names no commit' },
  'rollout-not-found': { status: 404, title: 'No such rollout' },
  'rollout-status-conflict': { status: 409, title: 'The status of the rollout does not allow this' },
  'rollout-tenants-busy': { status: 409, title: 'Another rollout has some of these tenants in hand' },
  'secret-limit-reached': { status: 409, title: 'The tenant has as many secrets as it may have' },
  'secret-missing': { status: 422, title: 'The tool needs a secret that the tenant does not have' },
  'secret-not-found': { status: 404, title: 'This tenant has no such secret' },
  'secret-unreadable': { status: 503, title: 'A stored secret cannot be opened' },
  'storage-full': { status: 507, title: 'There is no room to write' },
  'tenant-branch-missing': { status: 503, title: "This tenant's branch is gone" },
  'tenant-exists': { status: 409, title: 'Tenant already exists' },
  'tenant-invalid-id': { status: 400, title: 'This is not a tenant id' },
  'tenant-limit-reached': { status: 409, title: 'The tenant has as many of these as its plan allows' },
  'tenant-mismatch': { status: 403, title: 'The credential is for another tenant' },
  'tenant-name-taken': { status: 409, title: 'Another tenant has this name in the database' },
  'tenant-not-found': { status: 404, title: 'No such tenant' },
  'tenant-policy-denied': { status: 403, title: 'This model or tool is not allowed to the tenant' },
  'tenant-quota-exceeded': { status: 429, title: 'A limit of the tenant is used up' },
  'tenant-required': { status: 400, title: 'The request names no tenant' },
  'tenant-status-conflict': { status: 409, title: 'The status of the tenant does not allow this' },
  'tenant-suspended': { status: 403, title: 'The tenant is suspended' },
  'token-count-invalid': { status: 422, title: 'X-Token-Count is not a number of tokens' },
  'tool-failed': { status: 422, title: 'The tool could not compute an answer' },
  'tool-not-found': { status: 404, title: 'This tenant has no such tool' },
  'tool-timeout': { status: 504, title: 'The tool took longer than it may' },
  'user-exists': { status: 409, title: 'This tenant has a user with this email address' },
  'user-last-owner': { status: 409, title: 'A tenant keeps at least one owner' },
  'user-not-found': { status: 404, title: 'This tenant has no such user' },
  'watch-limit-reached': { status: 429, title: 'Too many watch already' },
  'workflow-failed': { status: 422, title: 'A stage of the workflow failed' },
  'workflow-not-found': { status: 404, title: 'This tenant has no such workflow' },
  'workflow-timeout': { status: 504, title: 'The workflow took longer than it may' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** One thing that is wrong at one place of a document (RFC 6901 pointer; line and column count from 1). */
export type ProblemItem = {
  pointer: string
  detail: string
  file?: string
  line?: number
  column?: number
  code?: string
}

export type AppErrorFields = {
  /** What the caller may read: what is wrong and what would be right. */
  detail: string
  /** What only the log may hold. */
  internal?: string
  cause?: unknown
  errors?: readonly ProblemItem[]
  /** Further members of the problem document. */
  data?: Readonly<Record<string, unknown>>
  headers?: Readonly<Record<string, string>>
}

export class AppError extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly internal: string | undefined
  readonly errors: readonly ProblemItem[] | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(code: ProblemCode, { detail, internal, cause, errors, data, headers }: AppErrorFields) {
    super(internal ?? detail, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.detail = detail
    this.internal = internal
    this.errors = errors
    this.data = data
    this.headers = headers
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}
