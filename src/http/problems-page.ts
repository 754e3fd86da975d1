/** The page behind every problem's `type`: one section a code, made of the table that the codes come from. */
import { PROBLEMS, type ProblemCode } from '../kernel/errors.ts'

/** What to do about a problem, where its title does not say so. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  'body-invalid': 'Compare the body with the request schema in /openapi.json; `errors` names each place.',
  'config-invalid':
    'Correct the files that `errors` names, with line and column, and commit: the next request sees it.',
  'credentials-invalid':
    'The key is mistyped, revoked, expired or of another server. The audit trail says which; the answer does not.',
  'credentials-required': 'Send an API key: `Authorization: Bearer esp_...`, or `X-API-Key: esp_...`.',
  'forbidden-origin': 'Browsers of other sites may not run anything here. Call the API from a program instead.',
  'idempotency-conflict': 'Send the same request with the same key again; Retry-After says when.',
  'idempotency-key-reused': 'A key stands for one request. Make a new one, such as a UUID, for each.',
  'input-invalid': 'GET /api/v1/tools/<name> shows the schema of the input.',
  'intent-ambiguous': 'Send `tool` or `workflow` with one of the names in `candidates`.',
  'intent-not-found': 'GET /api/v1/tools lists the sentences that are understood.',
  internal: 'A defect. The log holds the cause under the `requestId`.',
  'key-not-active': 'It was rotated or revoked, or has expired. GET the key: `status` says which.',
  'precondition-failed': 'Read it again, decide anew, and send the new ETag as If-Match.',
  'secret-missing': 'PUT /api/v1/secrets/<name> sets it; `secret` is the name. Values are never in Git.',
  'secret-unreadable':
    'It was not sealed for this tenant, name and version, or its master key is missing. Restore the key, or write the secret again.',
  'tenant-branch-missing': 'Somebody deleted the branch. `git branch <branch> <commit>` in the repository restores it.',
  'tenant-exists': 'Nothing was changed. GET /admin/tenants/<id> shows the tenant.',
  'tenant-mismatch': 'Leave X-Tenant-ID out: the key decides the tenant, and the header may only repeat it.',
  'tenant-not-found': 'Create it with ./setup-tenant.sh <id>, or with `git branch` in the repository.',
  'tenant-status-conflict': 'A deleted tenant takes no change. POST /admin/tenants/<id>/restore brings it back.',
  'tenant-suspended': 'Whoever runs the server ends it with POST /admin/tenants/<id>/resume.',
  'tenant-limit-reached': '`limit` names what there is too much of. GET /admin/plans shows what each plan allows.',
  'user-exists': 'GET /api/users lists the users; PATCH /api/users/<id> changes one.',
  'user-last-owner': 'Make another user an owner first: PATCH /api/users/<id> with {"role": "owner"}.',
  'workflow-failed': '`stages` has what each stage gave; `stage` names the one that failed.',
}

export function problemsPage(): string {
  const sections = (Object.keys(PROBLEMS) as ProblemCode[]).map((code) => {
    const { status, title } = PROBLEMS[code]
    const advice = ADVICE[code] ? `<p>${escapeHtml(ADVICE[code])}</p>` : ''
    return `<section id="${code}"><h2><code>${code}</code> <small>${status}</small></h2><p>${escapeHtml(title)}.</p>${advice}</section>`
  })
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Problems - Espalier</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
section:target{outline:2px solid;outline-offset:.5rem}</style>
<h1>Problems</h1><p>Errors are <code>application/problem+json</code> (RFC 9457). <code>code</code> names the problem.</p>
${sections.join('\n')}
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
