/** `espalier validate`: the server's own checks, before a commit rather than after it. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createCompiler } from '../app/compiler.ts'
import { readConfig } from '../boot/config.ts'
import { type GitObjects, openObjects } from '../git/objects/objects.ts'
import { createRefReader } from '../git/refs/refs.ts'
import { runGit } from '../git/run.ts'
import { findRepository } from '../git/setup/layout.ts'
import { type Oid, parseTenantId } from '../kernel/ids.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import { createSnapshotBuilder } from '../snapshots/build.ts'
import type { FileCompiler } from '../snapshots/compile-file.ts'
import { FOLDERS, isFolder, kindOf, stemOf } from '../snapshots/file-kinds.ts'
import { openFolder } from '../snapshots/folder-source.ts'
import type { FileProblem } from '../snapshots/snapshot.ts'
import { branchOf, headRef } from '../tenants/tenant.ts'

type Options = { staged?: boolean; json?: boolean }

/** What was checked, as a person would name it, and what is wrong with it. */
type Report = { target: string; problems: readonly FileProblem[]; isEmpty?: boolean }

const INVALID_EXIT = 1

export async function validateCommand(target: string | undefined, { staged, json }: Options): Promise<void> {
  const compiler = createCompiler()
  try {
    const report = staged
      ? await checkStaged(compiler.compile)
      : await checkTarget(target ?? defaultTarget(), compiler.compile)
    process.stdout.write(json ? reportJson(report) : reportText(report))
    if (report.problems.length > 0) process.exitCode = INVALID_EXIT
  } finally {
    await compiler.close()
  }
}

/** This folder where it looks like a tenant's, else the repository's work tree. */
const defaultTarget = (): string =>
  FOLDERS.some((folder) => existsSync(folder)) ? '.' : readConfig(process.env, process.cwd()).reposDir

async function checkTarget(target: string, compile: FileCompiler): Promise<Report> {
  if (!existsSync(target)) return checkBranch(target, compile)
  return statSync(target).isDirectory() ? checkFolder(target, compile) : checkFile(target, compile)
}

async function checkFolder(path: string, compile: FileCompiler): Promise<Report> {
  const { source, root } = openFolder(path)
  const built = await createSnapshotBuilder(source, compile).build(root)
  const problems = built.kind === 'content' ? [] : built.problems
  // As seen from here, so that a terminal or an editor can open the place.
  const here = (file: string): string => relative(process.cwd(), join(resolve(path), file)) || file
  const isEmpty = !FOLDERS.some((folder) => existsSync(join(path, folder)))
  return { target: path, problems: problems.map((problem) => ({ ...problem, file: here(problem.file) })), isEmpty }
}

function checkFile(path: string, compile: FileCompiler): Report {
  const folder = basename(dirname(resolve(path)))
  if (!isFolder(folder)) {
    throw new StartRefused(`${path} lies in "${folder}"; files are read from ${FOLDERS.join('/, ')}/ only.`)
  }
  const name = basename(path)
  const stem = stemOf(name)
  if (stem === undefined) throw new StartRefused(`${path} is none of .json, .yaml and .yml.`)
  const compiled = compile(kindOf(folder, stem), name, readFileSync(path))
  const findings = compiled.kind === 'bad' ? compiled.findings : []
  return { target: path, problems: findings.map((finding) => ({ file: path, ...finding })) }
}

async function checkBranch(name: string, compile: FileCompiler): Promise<Report> {
  const { reposDir, names } = readConfig(process.env, process.cwd())
  const layout = findRepository(reposDir)
  if (!layout)
    throw new StartRefused(`There is no file "${name}", and no repository at ${reposDir} to have such a branch.`)
  const refs = createRefReader(layout.gitDir)
  const tenant = parseTenantId(name)
  const branches = [name, ...(tenant ? [branchOf(names, tenant)] : [])]
  for (const branch of branches) {
    if (!/^[\w./-]+$/.test(branch) || branch.includes('..')) continue
    const state = refs.read(headRef(branch))
    if (state.kind !== 'oid') continue
    const { oid } = state
    const problems = await reading(layout.gitDir, async (objects) => {
      return problemsOf(await objects.treeOf(oid), objects, compile)
    })
    return { target: branch, problems }
  }
  throw new StartRefused(`There is no file, branch or tenant "${name}".`)
}

/** What the index holds: git names it to its hooks in GIT_INDEX_FILE. */
async function checkStaged(compile: FileCompiler): Promise<Report> {
  const cwd = process.cwd()
  const index = process.env.GIT_INDEX_FILE
  const env = index ? { GIT_INDEX_FILE: resolve(index) } : {}
  const line = async (args: string[]): Promise<string> => (await runGit({ cwd, args, env })).toString().trim()
  const gitDir = await line(['rev-parse', '--absolute-git-dir'])
  const tree = (await line(['write-tree'])) as Oid
  const problems = await reading(gitDir, (objects) => problemsOf(tree, objects, compile))
  return { target: 'the staged files', problems }
}

async function reading<T>(gitDir: string, read: (objects: GitObjects) => Promise<T>): Promise<T> {
  const objects = openObjects(gitDir)
  try {
    return await read(objects)
  } finally {
    objects.close()
  }
}

async function problemsOf(tree: Oid, objects: GitObjects, compile: FileCompiler): Promise<readonly FileProblem[]> {
  const built = await createSnapshotBuilder(objects, compile).build(tree)
  return built.kind === 'content' ? [] : built.problems
}

const reportJson = ({ target, problems }: Report): string =>
  `${JSON.stringify({ target, valid: problems.length === 0, errors: problems }, null, 2)}\n`

function reportText({ target, problems, isEmpty }: Report): string {
  if (isEmpty) return `${target}: nothing to check, as there is no ${FOLDERS.join('/, ')}/ in it\n`
  if (problems.length === 0) return `${target}: valid\n`
  const lines = problems.map(({ file, line, column, detail, code, pointer }) => {
    const place = pointer === '' ? '' : `, at ${pointer}`
    return `${file}:${line}:${column}: ${detail} [${code}${place}]`
  })
  return `${lines.join('\n')}\n${problems.length} error${problems.length === 1 ? '' : 's'}\n`
}
