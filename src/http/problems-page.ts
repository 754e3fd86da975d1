/**
 * The pages behind the problems' `type`: one for each code, and a list of them. What a problem means and which routes
 * answer it is derived from the table of the codes and from the routes; what to do about it stands here. Pure.
 */
import { PROBLEMS, type ProblemCode } from '../kernel/errors.ts'
import { TENANT_ID_FORM } from '../kernel/ids.ts'
import { escapeHtml, htmlPage, proseHtml } from './html-page.ts'
import { FOR_ALL_ROUTES, problemsOf } from './openapi.ts'
import { problemPath } from './problem.ts'
import { PROBLEM_EXAMPLES } from './problem-examples.ts'
import type { Method, Route } from './route.ts'

/** What to do about each problem. */
const ADVICE: Readonly<Record<ProblemCode, string>> = {
  'access-denied':
    '`right` names what is missing. Ask an owner of the tenant for a key of another role; below /admin only operators may act.',
  'body-invalid': 'Compare the body with the request schema in /openapi.json; `errors` names each place.',
  'body-malformed':
    'Send a JSON object in UTF-8. `detail` says where reading stopped; the content type does not matter.',
  'body-too-large': '`detail` has the limit. Send less at a time.',
  'branch-busy': 'Nothing was changed. Send the request again; Retry-After says when.',
  'branch-checked-out-dirty':
    'Commit, stash or discard the changes at `paths` in the work tree, or finish what it is in the middle of; then send the request again.',
  'change-invalid':
    '`errors` names every problem of the files as they would be, with line and column. Nothing was changed.',
  'config-invalid':
    'Correct the files that `errors` names, with line and column, and commit: the next request sees it.',
  'config-not-found':
    'GET /api/v1/config shows every value; the path is the file without its ending, then a JSON pointer into it.',
  'conflict-not-found': 'GET /admin/conflicts lists the open ones, each with its fingerprint.',
  'credentials-invalid':
    'The key is mistyped, revoked, expired or of another server. The audit trail says which; the answer does not.',
  'credentials-required': 'Send an API key: `Authorization: Bearer esp_...`, or `X-API-Key: esp_...`.',
  'execution-not-found': 'GET /api/v1/executions lists the executions of the tenant.',
  'file-not-found': 'GET /api/v1/files lists the files of the branch; the path begins at its top.',
  'file-not-patchable': '`detail` says why. GET the file, change it, and PUT it as a whole.',
  'forbidden-host':
    'A server on loopback answers to localhost, 127.0.0.1 and [::1] alone. Use one of these as the host.',
  'forbidden-origin':
    'Browsers of other sites may not run anything here. Call the API from a program instead; behind a proxy, let it pass `Host` on as it came.',
  'headers-too-large': 'Send fewer or shorter headers, and a shorter query. A body may be longer.',
  'hold-not-found': 'Nothing has to be released. GET /admin/tenants/<id>/hold shows a hold.',
  'idempotency-conflict': 'Send the same request with the same key again; Retry-After says when.',
  'idempotency-key-invalid': 'Send 1 to 255 printable ASCII characters without spaces, such as a UUID.',
  'idempotency-key-reused': 'A key stands for one request. Make a new one, such as a UUID, for each.',
  'input-invalid': 'GET /api/v1/tools/<name> shows the schema of the input.',
  'intent-ambiguous': 'Send `tool` or `workflow` with one of the names in `candidates`.',
  'intent-not-found': 'GET /api/v1/tools lists the sentences that are understood.',
  internal: 'A defect. The log holds the cause under the `requestId`.',
  'key-not-active': 'It was rotated or revoked, or has expired. GET the key: `status` says which.',
  'key-not-found': 'GET the list of keys at the path above it. Keys of others look as if they did not exist.',
  'media-type-unsupported': 'The header Accept-Patch lists the types. `curl -d` sends another one unless told.',
  'method-not-allowed': 'The header Allow lists the methods of this path.',
  'not-found': '/docs lists every path.',
  'not-ready': 'Wait until GET /readyz answers 200. The log says what is missing.',
  overloaded: 'Send the request again later, with fewer at the same time.',
  'parameter-invalid': '`detail` names the parameter and what would be right.',
  'patch-not-applicable': '`operation` counts from 0; `errors` names the place. GET the file to see what is there.',
  'patch-test-failed': 'GET the file, decide anew, and send a patch that fits. Nothing was changed.',
  'precondition-failed': 'Read it again, decide anew, and send the new ETag as If-Match.',
  'precondition-required':
    'Send the ETag that you have read as If-Match, `If-Match: *` for whatever is there, or `If-None-Match: *` for a new file.',
  'repository-failed':
    'Whoever runs the server looks at the repository: `git fsck`, free space, rights on files. `detail` has what git said.',
  'request-malformed':
    'Something between the program and this server writes what is not HTTP, such as TLS to a port without it.',
  'request-timeout':
    'Headers have ten seconds to arrive, the whole request thirty. Send it again, on a faster line or in less.',
  'revert-conflict': '`errors` names the places. Undo what came after first, or change the files by hand.',
  'revision-invalid':
    '`errors` says what is wrong, with file, line and column. Mend the candidate, or name a commit that is valid.',
  'revision-not-found':
    'GET /api/v1/history lists the commits. An abbreviation has to be of one of them or of main alone.',
  'rollout-from-unknown': 'Give the name of a branch or tag of the repository, or the id of a commit.',
  'rollout-not-found': 'GET /admin/rollouts lists them, newest first.',
  'rollout-status-conflict':
    '`rolloutStatus` says where it stands. GET the rollout: `actions` has what can be done now.',
  'rollout-tenants-busy': '`rollout` is the one that has them. Wait for its end, abort it, or select other tenants.',
  'secret-limit-reached': 'DELETE /api/v1/secrets/<name> makes room.',
  'secret-missing': 'PUT /api/v1/secrets/<name> sets it; `secret` is the name. Values are never in Git.',
  'secret-not-found': 'GET /api/v1/secrets lists the names.',
  'secret-unreadable':
    'It was not sealed for this tenant, name and version, or its master key is missing. Restore the key, or write the secret again.',
  'storage-full': 'Nothing was changed. Whoever runs the server makes room on the disk that holds the repository.',
  'tenant-branch-missing': 'Somebody deleted the branch. `git branch <branch> <commit>` in the repository restores it.',
  'tenant-exists': 'Nothing was changed. GET /admin/tenants/<id> shows the tenant.',
  'tenant-invalid-id': `Write ${TENANT_ID_FORM}.`,
  'tenant-limit-reached': '`limit` names what there is too much of. GET /admin/plans shows what each plan allows.',
  'tenant-mismatch': 'Leave X-Tenant-ID out: the key decides the tenant, and the header may only repeat it.',
  'tenant-name-taken': 'Ids that differ in "-" and "_" alone are the same there. Choose an id that differs in more.',
  'tenant-not-found': 'Create it with ./setup-tenant.sh <id>, or with `git branch` in the repository.',
  'tenant-policy-denied':
    'The operator allows more with `allowed_models` and `allowed_tools`: PATCH /admin/tenants/<id>.',
  'tenant-quota-exceeded': 'Wait for as many seconds as Retry-After says, or ask the operator for a higher limit.',
  'tenant-required': 'Send the key of a tenant, or X-Tenant-ID: <id>.',
  'tenant-status-conflict': 'A deleted tenant takes no change. POST /admin/tenants/<id>/restore brings it back.',
  'tenant-suspended': 'Whoever runs the server ends it with POST /admin/tenants/<id>/resume.',
  'token-count-invalid': 'Send a whole number from 0 up, or leave the header out.',
  'tool-failed':
    '`detail` names the expression and what is wrong; correct the tool, or the input that it was not made for.',
  'tool-not-found': 'GET /api/v1/tools lists the tools of the tenant.',
  'tool-timeout': 'Give it less input, or make its expressions simpler: nested loops over lists take the longest.',
  'user-exists': 'GET /api/users lists the users; PATCH /api/users/<id> changes one.',
  'user-last-owner': 'Make another user an owner first: PATCH /api/users/<id> with {"role": "owner"}.',
  'user-not-found': 'GET /api/users lists the users.',
  'watch-limit-reached':
    'Close a stream that nobody reads, share one among those who do, or ask GET /api/v1/config with If-None-Match instead.',
  'workflow-failed': '`stages` has what each stage gave; `stage` names the one that failed.',
  'workflow-not-found': 'GET /api/v1/workflows lists the workflows of the tenant.',
  'workflow-timeout':
    'Give it less to do. Whoever runs the server sets how long a caller waits: ESPALIER_EXECUTE_TIMEOUT_MS.',
}

const CODES = Object.keys(PROBLEMS) as ProblemCode[]

/** A code, explained. */
export type ProblemExplanation = {
  code: ProblemCode
  type: string
  status: number
  title: string
  advice: string
  /** One document, as a caller may meet it. */
  example: object
  /** What answers it: the routes that say so, or every path where it comes before any of them. */
  answered_by: 'every-path' | readonly { method: Method; path: string; operation: string }[]
}

export const PROBLEM_EXPLANATION_SCHEMA = {
  type: 'object',
  required: ['code', 'type', 'status', 'title', 'advice', 'example', 'answered_by'],
  properties: {
    code: { type: 'string' },
    type: { type: 'string', description: 'The path of this page.' },
    status: { type: 'integer' },
    title: { type: 'string' },
    advice: { type: 'string', description: 'What to do about it.' },
    example: { $ref: '#/components/schemas/Problem' },
    answered_by: {
      description: 'The routes that may answer it, or `every-path`.',
      anyOf: [
        { const: 'every-path' },
        {
          type: 'array',
          items: {
            type: 'object',
            required: ['method', 'path', 'operation'],
            properties: { method: { type: 'string' }, path: { type: 'string' }, operation: { type: 'string' } },
          },
        },
      ],
    },
  },
} as const

/** Answered before a route is known, or by all of them. */
const EVERYWHERE: ReadonlySet<ProblemCode> = new Set([...FOR_ALL_ROUTES, 'method-not-allowed', 'not-found'])

/** Each code by its name. `routes` are all that are mounted. */
export function explainProblems(routes: readonly Route[]): ReadonlyMap<string, ProblemExplanation> {
  const byRoute = routes.map((route) => ({ route, codes: problemsOf(route) }))
  return new Map(
    CODES.map((code) => {
      const { status, title } = PROBLEMS[code]
      const type = problemPath(code)
      const { detail, ...members } = PROBLEM_EXAMPLES[code]
      const answering = byRoute.flatMap(({ route: { method, path, operation }, codes }) =>
        codes.has(code) ? [{ method, path: path.replace('+}', '}'), operation: operation.id }] : [],
      )
      const explanation: ProblemExplanation = {
        code,
        type,
        status,
        title,
        advice: ADVICE[code],
        example: { type, title, status, detail, code, requestId: EXAMPLE_REQUEST_ID, ...members },
        answered_by: EVERYWHERE.has(code) ? 'every-path' : answering,
      }
      return [code, explanation]
    }),
  )
}

const EXAMPLE_REQUEST_ID = '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b'

/** The list of the codes, by status. */
export function problemsPage(problems: Iterable<ProblemExplanation>): string {
  const rows = [...problems]
    .toSorted((a, b) => a.status - b.status)
    .map(
      ({ code, type, status, title }) =>
        `<tr><td><a href="${type}"><code>${code}</code></a></td><td><code>${status}</code> ${proseHtml(title)}.</td></tr>`,
    )
  const main = `${INTRODUCTION}\n<table>\n${rows.join('\n')}\n</table>`
  return htmlPage({ title: 'Problems', aside: ASIDE, main })
}

export function problemPage({ code, status, title, advice, example, answered_by }: ProblemExplanation): string {
  const sections = [
    `<p><code>${status}</code> ${proseHtml(title)}.</p>`,
    `<section>\n<h2>What to do</h2>\n<p>${proseHtml(advice)}</p>\n</section>`,
    `<section>\n<h2>Example</h2>\n<pre><code>${escapeHtml(JSON.stringify(example, null, 2))}</code></pre>\n</section>`,
    `<section>\n<h2>What answers it</h2>\n${answeredHtml(answered_by)}\n</section>`,
  ]
  return htmlPage({ title: code, aside: ASIDE, main: sections.join('\n') })
}

function answeredHtml(by: ProblemExplanation['answered_by']): string {
  if (by === 'every-path') return '<p>Every path may answer it.</p>'
  const items = by.map(
    ({ method, path, operation }) =>
      `<li><a href="/docs#${operation}"><span class="method ${method}">${method}</span> <code>${escapeHtml(path)}</code></a></li>`,
  )
  return `<ul>\n${items.join('\n')}\n</ul>`
}

const ASIDE = `<h2>Problems</h2>
<ul>
<li><a href="/problems">All of them</a></li>
${CODES.map((code) => `<li><a href="${problemPath(code)}"><code>${code}</code></a></li>`).join('\n')}
</ul>`

const INTRODUCTION = `<p>Errors are <code>application/problem+json</code> (RFC 9457): <code>code</code> names the problem, <code>detail</code>
says what is wrong here and what would be right, <code>type</code> is the page of the code, and <code>requestId</code>
finds it in the log.</p>`
