/** Everything that reads or changes a tenant's files. */
import type { TenantFiles } from '../../files/tenant-files.ts'
import type { Route } from '../route.ts'
import { commitRoutes } from './commits.ts'
import { fileChangeRoutes } from './file-changes.ts'
import { fileRoutes } from './files.ts'
import { rollbackRoutes } from './rollback.ts'
import { validateRoutes } from './validate.ts'

export const tenantFileRoutes = (files: TenantFiles): Route[] => [
  ...fileRoutes({ files: files.tree }),
  ...fileChangeRoutes(files),
  ...commitRoutes(files),
  ...rollbackRoutes(files),
  ...validateRoutes(files),
]
