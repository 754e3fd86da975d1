/** Every way to put three odd texts together: what is merged by structure reads again, and no key has come to stand twice. */
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readJson } from '../../src/rollouts/merge/json/read-json.ts'
import { mergeLines } from '../../src/rollouts/merge/lines/merge-lines.ts'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'

const YAMLS = [
  '',
  '# only\n\n# comments\n',
  'a: 1\nb: 2\nc: 3\n',
  'z: 0\na: 1\nb: 5\nc: 9 # nine\nd: 4',
  'a: 1\r\nb: 2\r\nc: 4\r\n',
  'a: 1\r\nb: 2\nc: 3\n',
  '\ufeffa: 1\nb: 2\nc: 3\n',
  'a:\t1\nb:\t2 \nc: 3\n',
  'a: 1\na: 2\nc: 3\nd: 1\n',
  'a: &x 1\nb: *x\nc: {<<: *x}\n',
  'base: &b\n  x: 2\nd:\n  <<: *b\n  y: 2\n  z: 3\n',
  'a: 1\n---\nb: 3\n---\nc: 1\n',
  '---\na: 2\n...\n---\nb: 2\n',
  'a: |\n  one\n  two\n\nb: |-\n  x\nc: |+\n  y\n\n\nd: >\n  f\n  g\n',
  'a: |\n  zero\n  one\n  two\n\nb: |-\n  x\n  z\nc: |+\n  y\n  w\n\n\nd: >-\n  f\n',
  'l:\n  # one\n  - 1\n  # two\n  - 2\n  # end\n',
  'l:\n  # one!\n  - 1\n  # new\n  - 3\n  # two\n  - 2\n  # end\n# foot\n',
  '__proto__: 3\nconstructor: 2\na: 1\ntoString: x\n',
  'ключ: 1\n"日本": 4\n🙂: 3\n',
  'n: 9007199254740993\nm: 1e400\na: {b: 1, c: [1, 2, 3], d: 4}\n',
  'n: 9007199254740992\na: {\n  b: 2, # two\n  c: [1, 2],\n}\n',
  '? a\n: b\n',
  'a: one\n  two\nb: "one\n  two"\n',
  'a: 1\0\n',
]

const JSONS = [
  '',
  '{}',
  '[]',
  '{\n  "a": 1,\n  "b": 2\n}\n',
  '{\n  "z": 0,\n  "a": 2,\n  "b": 3,\n}\n',
  '{"a":1,"b":2,"c":[1,2,{"d":null}]}',
  '{\n  // c\n  "a": 1, // x\n  /* y */ "b": 2, "q": "//no"\n}\n',
  '{"a": 1 /* c */ , "b": 2 // d\n , "c": 3 /* e */ }',
  '{"a":1,"a":2,"b":3}',
  '{"__proto__": {"x": 2}, "a": 1, "constructor": 1}',
  '{"n": 9007199254740993, "m": 1e400, "k": -0.0}',
  '{"n": 9007199254740992, "m": 1e400, "k": 0, "x": 1.0}',
  '\ufeff{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n',
  '[\n  {"id": 2, "v": 2},\n  {"id": 1, "v": 3},\n  {"id": 3}\n]\n',
  '{"\\u0061": 1, "b\\n": "\\ud83d\\ude42"}',
  "{a: 1, 'b': 2}",
  '{"a": 1',
]

const content = (text: string) => text.replace(/^\ufeff/, '')
const yamlProblems = (text: string) =>
  [parseAllDocuments(content(text), { logLevel: 'silent' })]
    .flat()
    .flatMap((document) => ('errors' in document ? document.errors : []))
const FORMATS = [
  { path: 'x.yaml', texts: YAMLS, problems: (text: string) => new Set(yamlProblems(text).map(({ code }) => code)) },
  {
    path: 'x.json',
    texts: JSONS,
    problems: (text: string) => {
      const tree = readJson(content(text))
      return new Set(tree === undefined ? ['UNREADABLE'] : tree.root.repeats ? ['DUPLICATE_KEY'] : [])
    },
  },
]

describe.each(FORMATS)('odd texts in $path', ({ path, texts, problems }) => {
  const known = new Map(texts.map((text) => [text, problems(text)]))
  const combinations = texts.flatMap((base) => texts.flatMap((ours) => texts.map((theirs) => ({ base, ours, theirs }))))

  test('a clean merge by structure has no problem that no version has', { timeout: 60_000 }, () => {
    for (const texts of combinations) {
      const { status, method, text } = mergeFiles({ path, ...texts })
      if (status !== 'clean' || method !== 'structural' || known.has(text!)) continue
      const had = new Set(Object.values(texts).flatMap((version) => [...known.get(version)!]))
      const came = [...problems(text!)].filter((problem) => !had.has(problem))
      expect({ ...texts, text, came }).toMatchObject({ came: [] })
    }
  })

  test('what is not read as structure is merged as Git does', () => {
    for (const texts of combinations) {
      const { method, text } = mergeFiles({ path, ...texts })
      if (method !== 'lines' || text === null) continue
      const labels = { ours: 'ours', theirs: 'theirs' }
      expect(text).toBe(mergeLines(texts.base, texts.ours, texts.theirs, labels).text)
    }
  })
})
