/** A tenant's id; also what the router takes as `x-tenant-id`. */
export const tenantIdPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
