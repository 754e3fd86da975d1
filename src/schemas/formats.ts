/** The formats that a schema may name. Each was tried with 100 KB of hostile text and takes linear time. */
import type { Ajv } from 'ajv'
import addFormats, { type FormatName } from 'ajv-formats'
import { compilePattern } from './regexp.ts'

const FORMATS: readonly FormatName[] = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'relative-json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
]

export const KNOWN_FORMATS: ReadonlySet<string> = new Set([...FORMATS, 'regex'])

/** Adds the known formats to `ajv`; `regex` means RE2 here, as everywhere. */
export function addKnownFormats(ajv: Ajv): void {
  addFormats.default(ajv, [...FORMATS])
  ajv.addFormat('regex', (text: string) => compilePattern(text).kind === 'pattern')
}
