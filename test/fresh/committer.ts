/** One shell that commits whenever it is told to: starting a process from a shell costs a fraction of it from here. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { GIT_ENV } from '../support/repository.ts'

export type Committer = {
  /** Commits `config/own.json` with this number, in the work tree as a person would; gives the commit's id. */
  commit(n: number): Promise<string>
  close(): void
}

/** The id is read from the ref itself, by the shell. */
const SCRIPT = `
while read -r n; do
  printf '{"n": %d, "pad": "%*s"}' "$n" "$((n % 7))" '' > config/own.json
  git commit --quiet --all --message "change $n" && read -r oid < ".git/$0" && echo "$oid"
done`

export function openCommitter(workTree: string, branch: string): Committer {
  const shell = spawn('bash', ['-c', SCRIPT, `refs/heads/${branch}`], {
    cwd: workTree,
    env: GIT_ENV,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  return {
    async commit(n) {
      shell.stdin.write(`${n}\n`)
      const { value = '' } = await lines.next()
      return value
    },
    close: () => shell.stdin.end(),
  }
}
