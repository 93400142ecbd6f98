import { quote } from '../world/quantities.ts';
import { tenantIdPattern } from '../world/tenant-id.ts';
import { usage } from './failure.ts';

/** Checks a tenant's id as typed, so that a slip is told before a world is asked. */
export function checkTenantId(id: string): string {
  if (tenantIdPattern.test(id)) return id;
  return usage(
    `a tenant's id is 1 to 63 small letters, digits and hyphens, not beginning with a hyphen, not ${quote(id)}`,
  );
}
