/** Ends the output with `N passed, N failed`, a form that people and machines read in any language. */
import type { Reporter, TestModule } from 'vitest/node'

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      // A file that cannot be loaded has no tests to count.
      if (module.state() === 'failed' && module.children.size === 0) counts.failed += 1
      for (const test of module.children.allTests()) counts[test.result().state] += 1
    }
    const skipped = counts.skipped + counts.pending
    if (process.env.CI && skipped > 0) {
      counts.failed += skipped
      process.exitCode = 1
      console.error(`${skipped} tests were skipped; in CI each has to run.`)
    }
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`)
  }
}
