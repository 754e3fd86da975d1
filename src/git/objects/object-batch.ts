/** The bytes of many objects by one `git cat-file`. */
import type { Oid } from '../../kernel/ids.ts'
import type { LimitedGit } from '../limited.ts'

const LINE_BREAK = 0x0a

/** Sizes in bytes by id; an object that is missing is not among them. */
export async function readSizes(git: LimitedGit, ids: readonly Oid[]): Promise<Map<Oid, number>> {
  if (ids.length === 0) return new Map()
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)', '--buffer']
  const output = await git.run({ args, input: `${[...new Set(ids)].join('\n')}\n` })
  const sizes = output.toString('latin1').split('\n').filter(Boolean)
  return new Map(
    sizes.flatMap((line): [Oid, number][] => {
      const [id = '', size = ''] = line.split(' ')
      return /^\d+$/.test(size) ? [[id as Oid, Number(size)]] : []
    }),
  )
}

/** Contents by id; an object that is missing is not among them. */
export async function readObjects(git: LimitedGit, ids: readonly Oid[]): Promise<Map<Oid, Buffer>> {
  const objects = new Map<Oid, Buffer>()
  if (ids.length === 0) return objects
  const input = `${[...new Set(ids)].join('\n')}\n`
  const output = await git.run({ args: ['cat-file', '--batch', '--buffer'], input })
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(LINE_BREAK, at)
    // `<id> <type> <size>` and the content, or `<id> missing` (git-cat-file(1), BATCH OUTPUT).
    const [id = '', , size] = output.toString('latin1', at, end).split(' ')
    at = end + 1
    if (size === undefined) continue
    objects.set(id as Oid, output.subarray(at, at + Number(size)))
    at += Number(size) + 1
  }
  return objects
}
