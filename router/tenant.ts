import type { RouterSettings } from './contract.ts';
import { onlyHeader } from './http/header-lines.ts';
import type { RequestHead } from './http/request-head.ts';

const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

export type TenantOfRequest =
  | { readonly ok: true; readonly tenant: string; /** What the cell is asked for. */ readonly target: string }
  | { readonly ok: false; readonly reason: 'no-tenant' | 'two-tenants' | 'malformed-tenant' };

/** Whose request this is: exactly one `x-tenant-id`, or the first label of the host, or the first segment of the path. */
export function tenantOf(head: RequestHead, from: RouterSettings['tenantFrom']): TenantOfRequest {
  if (from === 'path') return tenantOfPath(head.target);
  const value = from === 'host' ? (head.host.split(/[.:]/, 1)[0] ?? null) : onlyHeader(head.headers, 'x-tenant-id');
  if (value === undefined) return { ok: false, reason: 'two-tenants' };
  return checkTenant(value, head.target);
}

function tenantOfPath(target: string): TenantOfRequest {
  const end = target.slice(1).search(/[/?]/);
  const tenant = end === -1 ? target.slice(1) : target.slice(1, end + 1);
  const rest = end === -1 ? '/' : target.slice(end + 1);
  return checkTenant(tenant, rest.startsWith('/') ? rest : `/${rest}`);
}

/** `tenant`: what the request names, null where it names none. */
export function checkTenant(tenant: string | null, target: string): TenantOfRequest {
  if (tenant === null || tenant === '') return { ok: false, reason: 'no-tenant' };
  return pattern.test(tenant) ? { ok: true, tenant, target } : { ok: false, reason: 'malformed-tenant' };
}

/** The inverse of {@link tenantOf}: what a client sends so that a request is this tenant's. */
export function nameTenant(
  from: RouterSettings['tenantFrom'],
  tenant: string,
  path: string,
): { readonly path: string; readonly headers: Readonly<Record<string, string>> } {
  switch (from) {
    case 'header':
      return { path, headers: { 'x-tenant-id': tenant } };
    case 'host':
      return { path, headers: { host: `${tenant}.localhost` } };
    case 'path':
      return { path: `/${tenant}${path}`, headers: {} };
  }
}

/** Whether a string can be a tenant's id at all. */
export function isTenantId(id: string): boolean {
  return pattern.test(id);
}
