/** How Git resolves the three paths of its signing configuration: what the repository's set-up relies on. */

import { chmodSync, copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleProgram, type Repository, removeScratchFolders, runIn, scratchRepository } from './scratch.ts'

let program = ''
beforeAll(async () => {
  program = await bundleProgram()
})
afterAll(removeScratchFolders)

/** Commits with a signature from `folder` and verifies it there. */
function signAndVerify(folder: string): { sign: number | null; verify: number | null } {
  const sign = runIn(folder, 'git', ['commit', '--quiet', '-S', '--allow-empty', '-m', 'x']).code
  return { sign, verify: runIn(folder, 'git', ['verify-commit', 'HEAD']).code }
}

const DONE = { sign: 0, verify: 0 }
const NOT_DONE = { sign: 128, verify: 1 }

function repositoryWith(value: (repository: Repository) => string): Repository {
  const repository = scratchRepository()
  repository.use(program)
  runIn(repository.work, 'git', ['commit', '--quiet', '-S', '--allow-empty', '-m', 'first'])
  repository.use(value(repository))
  return repository
}

const relativeProgram = ({ work }: Repository): string => relative(work, program)

describe('relative paths of program, key and signers', () => {
  test('count from the top of the work tree, wherever in it git is called', () => {
    const repository = repositoryWith(relativeProgram)
    const inner = join(repository.work, 'deep/er')
    mkdirSync(inner, { recursive: true })
    for (const folder of [repository.work, inner]) expect(signAndVerify(folder)).toEqual(DONE)
    const byOption = runIn(repository.folder, 'git', ['-C', 'work/deep', 'verify-commit', 'HEAD'])
    expect(byOption.code).toBe(0)
  })

  test("count from the caller's folder inside .git, so they fail there", () => {
    const repository = repositoryWith(relativeProgram)
    expect(runIn(join(repository.work, '.git/refs'), 'git', ['verify-commit', 'HEAD']).code).toBe(1)
  })

  test("count from the linked work tree's own top in a linked work tree", () => {
    const repository = repositoryWith(relativeProgram)
    mkdirSync(join(repository.folder, 'far/away'), { recursive: true })
    for (const [place, expected] of [
      ['beside', DONE],
      ['far/away/linked', NOT_DONE],
    ] as const) {
      const linked = join(repository.folder, place)
      repository.git('worktree', 'add', '--quiet', '-b', basename(place), linked)
      expect(signAndVerify(linked)).toEqual(expected)
    }
  })

  test('absolute paths work everywhere', () => {
    const repository = repositoryWith(() => program)
    repository.git('config', 'user.signingkey', join(repository.folder, 'keys/operator'))
    repository.git('config', 'gpg.ssh.allowedSignersFile', join(repository.folder, 'keys/allowed_signers'))
    mkdirSync(join(repository.folder, 'far/away'), { recursive: true })
    const linked = join(repository.folder, 'far/away/linked')
    repository.git('worktree', 'add', '--quiet', '-b', 'linked', linked)
    expect(signAndVerify(linked)).toEqual(DONE)
    expect(runIn(join(repository.work, '.git/refs'), 'git', ['verify-commit', 'HEAD']).code).toBe(0)
  })
})

describe('gpg.ssh.program', () => {
  test('may hold blanks, as it is one path and no command line', () => {
    const repository = repositoryWith(({ folder }) => {
      mkdirSync(join(folder, 'with blank'))
      symlinkSync(program, join(folder, 'with blank/our program'))
      return '../with blank/our program'
    })
    expect(signAndVerify(repository.work)).toEqual(DONE)
  })

  test.each([
    ['arguments after it', () => `${program} --flag`],
    ['a path from the home folder', () => '~/program'],
    ['a name that is not on PATH', () => 'espalier-no-such-program'],
    [
      'a file that is not executable',
      ({ folder }: Repository) => {
        const copy = join(folder, 'plain.mjs')
        copyFileSync(program, copy)
        chmodSync(copy, 0o644)
        return copy
      },
    ],
  ])('does not work with %s', (_, value) => {
    const repository = repositoryWith(value)
    expect(signAndVerify(repository.work)).toEqual(NOT_DONE)
  })
})
