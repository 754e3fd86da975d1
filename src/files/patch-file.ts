/** A patch on the bytes of a file: JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902), with its formatting kept. */

import type { Finding } from '../documents/document.ts'
import { editDocument, isEditable } from '../edits/edit-document.ts'
import { applyPatch, type PatchOperation } from '../edits/json-patch.ts'
import { AppError } from '../kernel/errors.ts'
import { isJsonObject, type Json } from '../kernel/json.ts'
import { mergePatch } from '../kernel/merge-patch.ts'

export type Patch = { kind: 'merge'; patch: Json } | { kind: 'operations'; operations: readonly PatchOperation[] }

/**
 * The bytes of the file at `path` with `patch` applied.
 * @throws AppError `patch-test-failed`, `patch-not-applicable`; `file-not-patchable` where the file as it stands cannot
 *   be patched; `change-invalid` where no file may hold the result
 */
export function patchFile(path: string, bytes: Uint8Array, patch: Patch): Uint8Array {
  if (!isEditable(path)) {
    throw new AppError('file-not-patchable', {
      detail: `${path} is neither JSON nor YAML (.json, .yaml, .yml); PUT the whole file instead.`,
    })
  }
  const edited = editDocument(path, bytes, (value) => patchedValue(path, value, patch))
  switch (edited.kind) {
    case 'edited':
      return edited.bytes
    case 'unreadable':
      throw new AppError('file-not-patchable', {
        detail: `${path} cannot be read as it stands, so that there is nothing to patch; PUT the whole file instead.`,
        errors: itemsOf(path, edited.findings),
      })
    case 'refused':
      throw new AppError('change-invalid', {
        detail: `${path} could not be read with this change. Nothing was changed.`,
        errors: itemsOf(path, edited.findings),
      })
    case 'unwritable':
      throw new AppError('file-not-patchable', {
        detail: `${path} is written in a form of YAML that a patch cannot follow without rewriting the file; PUT it as a whole.`,
      })
  }
}

const itemsOf = (file: string, findings: readonly Finding[]) => findings.map((finding) => ({ file, ...finding }))

function patchedValue(path: string, value: Json, patch: Patch): Json {
  if (patch.kind === 'merge') return isJsonObject(patch.patch) ? mergePatch(value, patch.patch) : patch.patch
  const patched = applyPatch(value, patch.operations)
  if (patched.kind === 'patched') return patched.value
  const { kind, index, pointer, detail } = patched
  throw new AppError(kind === 'test-failed' ? 'patch-test-failed' : 'patch-not-applicable', {
    detail: `${detail} Nothing was changed.`,
    errors: [{ file: path, pointer, detail }],
    data: { operation: index },
  })
}
