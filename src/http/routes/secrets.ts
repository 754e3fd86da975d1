/** `/api/v1/secrets`: values go in and never come out. */
import type { FromSchema } from 'json-schema-to-ts'
import { AppError } from '../../kernel/errors.ts'
import { isSecretName, MAX_VALUE_LENGTH, SECRET_NAME, SECRET_NAME_FORM } from '../../secrets/secret.ts'
import type { SecretVault } from '../../secrets/vault.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import type { Parameter, Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const VALUE_BODY = {
  title: 'A secret',
  type: 'object',
  required: ['value'],
  additionalProperties: false,
  properties: {
    value: { type: 'string', minLength: 1, maxLength: MAX_VALUE_LENGTH, description: 'Shown to nobody again.' },
  },
} as const

const WRITTEN = {
  type: 'object',
  required: ['name', 'version'],
  properties: { name: { type: 'string' }, version: { type: 'integer', minimum: 1 } },
} as const

const SECRET = {
  ...WRITTEN,
  required: [...WRITTEN.required, 'createdAt', 'updatedAt'],
  properties: {
    ...WRITTEN.properties,
    createdAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
  },
} as const

const NAME: Parameter = {
  name: 'name',
  in: 'path',
  description: `The secret: ${SECRET_NAME_FORM}.`,
  schema: { type: 'string', pattern: SECRET_NAME },
}

export function secretRoutes({ vault }: { vault: SecretVault }): Route[] {
  const body = jsonBody<FromSchema<typeof VALUE_BODY>>(VALUE_BODY)

  async function list(c: Ctx, scope: TenantScope): Promise<Reply> {
    const items = (await vault.list(scope.tenant)).map(({ name, version, createdAt, updatedAt }) => ({
      name,
      version,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
    }))
    return answerJson(c, { items }, { headers: scopeHeaders(scope) })
  }

  async function put(c: Ctx, scope: TenantScope): Promise<Reply> {
    const name = requireName(c)
    const { value } = await body.read(c)
    const { version } = await vault.put(scope.tenant, { name, value }, scope.origin)
    const status = version === 1 ? 201 : 200
    return answerJson(c, { name, version }, { status, headers: scopeHeaders(scope) })
  }

  async function remove(c: Ctx, scope: TenantScope): Promise<Reply> {
    const name = requireName(c)
    await vault.remove(scope.tenant, name, scope.origin)
    return answerJson(c, { name, deleted: true }, { headers: scopeHeaders(scope) })
  }

  const path = '/api/v1/secrets/{name}'
  const writes = { access: 'tenant', right: 'secrets:write', effect: 'acts' } as const
  return [
    {
      method: 'get',
      path: '/api/v1/secrets',
      access: 'tenant',
      right: 'secrets:read',
      effect: 'reads',
      operation: {
        id: 'list-secrets',
        summary: 'The names and versions of all secrets of the tenant',
        tag: 'tenant',
        responses: {
          200: {
            description: 'The secrets, without their values.',
            schema: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: SECRET } } },
          },
        },
      },
      handle: list,
    },
    {
      method: 'put',
      path,
      ...writes,
      operation: {
        id: 'put-secret',
        summary: 'Set a secret, or give it a new value',
        tag: 'tenant',
        parameters: [NAME],
        body: { schema: body.schema, example: { value: 's3cr3t-of-the-crm' } },
        responses: {
          200: { description: 'It has a new value.', schema: WRITTEN },
          201: { description: 'There was none of this name.', schema: WRITTEN },
        },
        problems: [
          'parameter-invalid',
          'body-malformed',
          'body-invalid',
          'body-too-large',
          'secret-limit-reached',
          'secret-unreadable',
        ],
      },
      handle: put,
    },
    {
      method: 'delete',
      path,
      ...writes,
      operation: {
        id: 'delete-secret',
        summary: 'Delete a secret',
        tag: 'tenant',
        parameters: [NAME],
        responses: {
          200: {
            description: 'It is gone.',
            schema: {
              type: 'object',
              required: ['name', 'deleted'],
              properties: { name: { type: 'string' }, deleted: { const: true } },
            },
          },
        },
        problems: ['parameter-invalid', 'secret-not-found'],
      },
      handle: remove,
    },
  ]
}

function requireName(c: Ctx): string {
  const name = c.param('name')
  if (isSecretName(name)) return name
  throw new AppError('parameter-invalid', { detail: `The name of a secret has ${SECRET_NAME_FORM}.` })
}
