/** What the `yaml` package found, in the words of a person who edits the file. Pure. */
import type { YAMLError } from 'yaml'
import type { Refusal } from '../plain-data.ts'

type Rule = Refusal & { theirs: YAMLError['code']; says?: RegExp }

export const SECOND_DOCUMENT: Refusal = {
  code: 'multiple-documents',
  detail: 'A second document begins here; keep one document in a file and remove this `---` or `...`.',
}

/** From the particular to the general: the first rule whose code and sentence fit is told. */
const RULES: readonly Rule[] = [
  {
    theirs: 'MISSING_CHAR',
    says: /closing ["']/,
    code: 'unclosed-quote',
    detail: 'A quote that was opened before is not closed; add the closing quote.',
  },
  {
    theirs: 'MISSING_CHAR',
    says: /Implicit map keys/,
    code: 'missing-colon',
    detail: 'This line has no colon; write `key: value`, or indent the line if it continues the text above.',
  },
  {
    theirs: 'MISSING_CHAR',
    says: /must end with a \]/,
    code: 'unclosed',
    detail: 'A list opened with `[` is not closed; add `]`.',
  },
  {
    theirs: 'MISSING_CHAR',
    says: /must end with a \}/,
    code: 'unclosed',
    detail: 'A map opened with `{` is not closed; add `}`.',
  },
  {
    theirs: 'MISSING_CHAR',
    says: /Missing , /,
    code: 'missing-comma',
    detail: 'A comma is missing before this item; put one between the items of `[ ]` and `{ }`.',
  },
  {
    theirs: 'BAD_INDENT',
    says: /end with a \]/,
    code: 'unclosed',
    detail: 'A list opened with `[` is not closed before this line; add `]`, or indent this line further.',
  },
  {
    theirs: 'BAD_INDENT',
    says: /end with a \}/,
    code: 'unclosed',
    detail: 'A map opened with `{` is not closed before this line; add `}`, or indent this line further.',
  },
  {
    theirs: 'BAD_INDENT',
    code: 'bad-indentation',
    detail: 'This line is not indented like its neighbours; keys of one map and items of one list share a column.',
  },
  {
    theirs: 'BAD_DQ_ESCAPE',
    code: 'bad-escape',
    detail: 'Unknown escape in double quotes; write a backslash as `\\\\`, or use single quotes.',
  },
  {
    theirs: 'BAD_SCALAR_START',
    code: 'bad-scalar',
    detail: 'Text may not begin with this character; put the text in quotes.',
  },
  {
    theirs: 'BLOCK_AS_IMPLICIT_KEY',
    code: 'nested-mapping',
    detail: 'A second `: ` stands on this line; put the text in quotes, or begin a new line for the inner map.',
  },
  {
    theirs: 'BLOCK_IN_FLOW',
    code: 'block-in-flow',
    detail: 'Inside of `[ ]` and `{ }` lists and maps need brackets of their own.',
  },
  {
    theirs: 'KEY_OVER_1024_CHARS',
    code: 'key-too-long',
    detail: 'The key is longer than 1024 characters; shorten it.',
  },
  {
    theirs: 'MULTILINE_IMPLICIT_KEY',
    code: 'multi-line-key',
    detail: 'A key goes over more than one line; a colon or a closing quote is missing before this place.',
  },
  {
    theirs: 'TAB_AS_INDENT',
    code: 'tab-as-indentation',
    detail: 'A tab stands in the indentation; indent with spaces.',
  },
]

/** The finding for what the package says. */
export function explainYaml({ code, message }: Pick<YAMLError, 'code' | 'message'>): Refusal {
  const rule = RULES.find(({ theirs, says }) => theirs === code && (says === undefined || says.test(message)))
  return (
    rule ?? {
      code: 'syntax',
      detail: `${message.replace(/[.:]?$/, '.')} Look for a missing quote, comma, colon or space before this place.`,
    }
  )
}
