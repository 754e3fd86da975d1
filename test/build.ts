/** Builds `dist/` once before the tests: they run the product as it ships where they start processes or threads. */
import { execFileSync } from 'node:child_process'

export default function build(): void {
  execFileSync('bash', ['-c', 'source scripts/lib/ensure-built.sh && ensure_built'], { stdio: 'inherit' })
}
