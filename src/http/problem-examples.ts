/**
 * What each problem looks like: the members of one document beside `type`, `title`, `status`, `code` and `requestId`,
 * which the code itself decides. Shown on the page of the code (problems-page.ts). Pure data.
 */
import type { ProblemCode, ProblemItem } from '../kernel/errors.ts'
import { TENANT_ID_FORM } from '../kernel/ids.ts'

export type ProblemExample = { detail: string; errors?: readonly ProblemItem[] } & Readonly<Record<string, unknown>>

const ROUTE = { kind: 'tool', name: 'calculator', method: 'pattern', confidence: 1, arguments: { a: 12, b: 0 } }
const EXECUTION = { executionId: '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b', revision: 'c2f1…', route: ROUTE }

export const PROBLEM_EXAMPLES: Readonly<Record<ProblemCode, ProblemExample>> = {
  'access-denied': {
    detail: 'This takes the right "keys:write", which the caller does not have.',
    right: 'keys:write',
  },
  'body-invalid': {
    detail: 'Give exactly one of "text", "tool" and "workflow".',
    errors: [{ pointer: '', detail: 'Exactly one of "text", "tool" and "workflow" says what to run.' }],
  },
  'body-malformed': { detail: 'The body ended before it was whole.' },
  'body-too-large': { detail: 'The body is larger than 1048576 bytes.' },
  'branch-busy': { detail: 'customer/acme-corp was moved by somebody else again and again. Nothing was changed.' },
  'branch-checked-out-dirty': {
    detail:
      'customer/acme-corp is checked out in /srv/repos, with changes that are not committed. Nothing was changed.',
    paths: ['config/limits.yaml'],
    state: 'ready',
    tenant: 'acme-corp',
  },
  'change-invalid': {
    detail: 'With this change the files would have 1 error. Nothing was changed.',
    errors: [
      { file: 'config/limits.yaml', pointer: '', line: 2, column: 3, detail: 'A key and its value stand in one line.' },
    ],
    tenant: 'acme-corp',
  },
  'config-invalid': {
    detail: "The head of this tenant's branch has 1 error, and no earlier commit is known to be good.",
    errors: [
      {
        file: 'workflows/order.yaml',
        pointer: '/stages/1',
        line: 4,
        column: 5,
        detail: 'There is no tool, builtin or workflow "aprove"; did you mean "approve"?',
      },
    ],
    tenant: 'acme-corp',
    revision: 'c2f1…',
  },
  'config-not-found': {
    detail: 'The configuration has nothing at /limits/max. /limits has: agents, users.',
  },
  'conflict-not-found': {
    detail: 'No tenant of a rollout has the conflict "3f1c…". GET /admin/conflicts lists those that are open.',
  },
  'credentials-invalid': { detail: 'This credential is not valid here.' },
  'credentials-required': {
    detail: 'This server answers to credentials only. Send an API key: Authorization: Bearer esp_...',
  },
  'execution-not-found': { detail: 'This tenant has no such execution.' },
  'file-not-found': { detail: 'There is no file config/limit.yaml on this branch.' },
  'file-not-patchable': {
    detail: 'docs/notes.txt is neither JSON nor YAML (.json, .yaml, .yml); PUT the whole file instead.',
  },
  'forbidden-host': { detail: 'This server answers to localhost, 127.0.0.1 and [::1] only.' },
  'forbidden-origin': { detail: 'Only pages of this server itself may send this request.' },
  'headers-too-large': { detail: 'The request line and the headers together are longer than 16 KiB.' },
  'hold-not-found': { detail: 'The tenant "acme-corp" is not on hold.' },
  'idempotency-conflict': {
    detail: 'A request with this Idempotency-Key is under way; send it again for the answer.',
  },
  'idempotency-key-invalid': {
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces, such as a UUID.',
  },
  'idempotency-key-reused': {
    detail: 'This Idempotency-Key came with another method, path or body before; make a new key for a new request.',
  },
  'input-invalid': {
    detail: 'The input does not match the schema of calculator.',
    errors: [{ pointer: '/a', code: 'type', detail: 'Must be a number.' }],
    ...EXECUTION,
  },
  'intent-ambiguous': {
    detail:
      'The text fits the workflow "acme_report" and the workflow "globex_report" about as well; name the one that you mean.',
    candidates: [
      { kind: 'workflow', name: 'acme_report', confidence: 0.52 },
      { kind: 'workflow', name: 'globex_report', confidence: 0.51 },
    ],
  },
  'intent-not-found': {
    detail: 'The text fits no tool or workflow of this tenant. Nearest: the tool "calculator".',
    candidates: [{ kind: 'tool', name: 'calculator', confidence: 0.2 }],
  },
  internal: { detail: 'The log of the server has more under this request id.' },
  'key-not-active': { detail: 'This key has been rotated or revoked, or has expired; GET it to see which.' },
  'key-not-found': { detail: 'There is no such key here.' },
  'media-type-unsupported': {
    detail:
      'A patch is of the type application/merge-patch+json or application/json-patch+json, not "application/json".',
  },
  'method-not-allowed': { detail: 'This path takes GET, POST.' },
  'not-found': { detail: 'Nothing is here. Did you mean /api/v1/execute? /openapi.json lists every path.' },
  'not-ready': { detail: 'The repository or the database does not answer.' },
  overloaded: {
    detail: 'This tenant has 64 workflows under way, which is as many as it may have; try again when one has ended.',
  },
  'parameter-invalid': { detail: 'pageSize must be a whole number from 1 to 500.' },
  'patch-not-applicable': {
    detail: 'There is nothing at /requests. Nothing was changed.',
    errors: [{ file: 'config/limits.yaml', pointer: '/requests', detail: 'There is nothing at /requests.' }],
    operation: 0,
  },
  'patch-test-failed': {
    detail: '/requests is 20, not 10. Nothing was changed.',
    errors: [{ file: 'config/limits.yaml', pointer: '/requests', detail: '/requests is 20, not 10.' }],
    operation: 0,
  },
  'precondition-failed': {
    detail: 'The tenant "acme-corp" has version 7 by now, not the one of If-Match. Read it again and decide anew.',
    version: 7,
  },
  'precondition-required': {
    detail: 'config/limits.yaml is not there. Say that it is to be new (If-None-Match: *; on a command line, --new).',
    path: 'config/limits.yaml',
    oid: null,
  },
  'repository-failed': { detail: 'The branch main cannot be read. It is gone.' },
  'request-malformed': { detail: 'This is not an HTTP request (RFC 9112).' },
  'request-timeout': { detail: 'The request did not arrive in time.' },
  'revert-conflict': {
    detail: 'What c2f1… changed has been changed again since in 1 place. Nothing was changed; undo these by hand.',
    errors: [
      { file: 'config/limits.yaml', pointer: '/requests', detail: 'The value at /requests has been changed since.' },
    ],
  },
  'revision-invalid': {
    detail: 'The commit 8c2f1d0 has 1 error; it could not be served.',
    errors: [
      {
        file: 'tools/tax.yaml',
        pointer: '/compute/tax',
        line: 3,
        column: 14,
        detail: 'Unknown variable `amuont`.',
        code: 'expression-invalid',
      },
    ],
  },
  'revision-not-found': { detail: "from names no commit of this tenant's history or of main, or more than one." },
  'rollout-from-unknown': {
    detail: '"release-7" names no commit of this repository; give a branch, a tag or an object id.',
  },
  'rollout-not-found': {
    detail: 'There is no rollout "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b". GET /admin/rollouts lists them.',
  },
  'rollout-status-conflict': {
    detail: 'The rollout 019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b is completed; pause takes one that is applying.',
    rolloutStatus: 'completed',
  },
  'rollout-tenants-busy': {
    detail:
      'The rollout 019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b has acme-corp in hand. Let it end, abort it, or select other tenants.',
    rollout: '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b',
    tenants: ['acme-corp'],
  },
  'secret-limit-reached': { detail: 'This tenant has 1000 secrets; delete one first.' },
  'secret-missing': {
    detail:
      'The tool needs the secret "crm_token", which this tenant does not have. PUT /api/v1/secrets/crm_token sets it.',
    secret: 'crm_token',
    ...EXECUTION,
  },
  'secret-not-found': { detail: 'This tenant has no secret "crm_token".' },
  'secret-unreadable': {
    detail:
      'The secret "crm_token" cannot be opened: it was not sealed for this tenant, name and version. Write it again.',
  },
  'storage-full': { detail: 'There is no room to write the commit. Nothing was changed.' },
  'tenant-branch-missing': {
    detail:
      'The branch customer/acme-corp of this tenant is gone. Restore it with `git branch customer/acme-corp <commit>`.',
    tenant: 'acme-corp',
    branch: 'customer/acme-corp',
  },
  'tenant-exists': {
    detail: 'There is a tenant "acme-corp" already; nothing was changed. PUT /admin/tenants/acme-corp changes it.',
    error: 'Tenant already exists',
    tenant_id: 'acme-corp',
    tenant_status: 'active',
  },
  'tenant-invalid-id': {
    detail: `X-Tenant-ID must be one id: ${TENANT_ID_FORM}.`,
  },
  'tenant-limit-reached': {
    detail: "This tenant's plan allows 5 users; remove one, or ask for a larger plan.",
    limit: { name: 'users', value: 5 },
  },
  'tenant-mismatch': { detail: 'This key is for another tenant than the request names.' },
  'tenant-name-taken': {
    detail: '"acme_corp" and "acme-corp" would share the name tenant_acme_corp; choose another id.',
  },
  'tenant-not-found': { detail: 'There is no tenant "acme-corp". `./setup-tenant.sh acme-corp` creates it.' },
  'tenant-policy-denied': {
    detail: 'The model "gpt-5" is not allowed: gpt-4 is by config/policy.yaml on its branch.',
    reason: 'The model "gpt-5" is not allowed: gpt-4 is by config/policy.yaml on its branch.',
  },
  'tenant-quota-exceeded': {
    detail: 'The limit requests-per-minute of 10 is used up; try again in 42 s.',
    limit: 'requests-per-minute',
  },
  'tenant-required': { detail: 'Name the tenant in the header X-Tenant-ID.' },
  'tenant-status-conflict': {
    detail: 'The tenant "acme-corp" is deleted; POST /admin/tenants/acme-corp/restore brings it back.',
  },
  'tenant-suspended': {
    detail: 'This tenant is suspended. Whoever runs this server can resume it.',
    tenant: 'acme-corp',
  },
  'token-count-invalid': { detail: 'X-Token-Count must be a whole number from 0 to 999999999999.' },
  'tool-failed': {
    detail: '`result` could not be computed: division by zero.',
    errors: [{ pointer: '/compute/result', detail: 'division by zero' }],
    ...EXECUTION,
  },
  'tool-not-found': { detail: 'This tenant has no tool "calculater". Did you mean "calculator"?' },
  'tool-timeout': {
    detail: '`pairs` could not be computed: it takes longer than the 250 ms that an expression may take.',
    errors: [{ pointer: '/compute/pairs', detail: 'it takes longer than the 250 ms that an expression may take' }],
    ...EXECUTION,
  },
  'user-exists': {
    detail: 'This tenant has a user john@acme.com already; nothing was changed.',
    errors: [{ pointer: '/email', detail: 'Give an address that no user of this tenant has.' }],
  },
  'user-last-owner': { detail: 'This is the last owner of the tenant; make somebody else an owner first.' },
  'user-not-found': { detail: 'This tenant has no such user.' },
  'watch-limit-reached': { detail: 'As many as 20 watch already, which is what a tenant takes; try again in 5 s.' },
  'workflow-failed': {
    detail: 'The stage "validate" failed: 1 of its rules is not met.',
    ...EXECUTION,
    route: { ...ROUTE, kind: 'workflow', name: 'sox_compliance', arguments: {} },
    stage: 'validate',
    output: {},
    stages: [{ path: 'validate', status: 'failed' }],
  },
  'workflow-not-found': { detail: 'This tenant has no workflow "sox". It has: sox_compliance.' },
  'workflow-timeout': { detail: 'The workflow was still running after 30000 ms.', ...EXECUTION },
}
