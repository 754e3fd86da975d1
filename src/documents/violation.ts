/** What a check of a *value* finds; the file's `Document` turns its pointer into a line and a column. */

export type Violation = {
  pointer: string
  /** Stable and kebab-case, such as `unknown-key`. */
  code: string
  /** One sentence: what is wrong and what would be right. */
  detail: string
  /** Which part of the member at `pointer` is meant; the value unless told. */
  part?: 'value' | 'key'
  /** Where in the text at `pointer` it is, in UTF-16 code units from 0; its beginning unless told. */
  within?: number
}
