import { expect, test } from 'vitest';
import { nameTenant, tenantOf } from '../../router/tenant.ts';
import type { RequestHead } from '../../router/http/request-head.ts';

test.each(['header', 'host', 'path'] as const)('what names a tenant by %s is read back as that tenant', (from) => {
  for (const path of ['/sheets/s/rows/r?x=1', '/jobs', '/']) {
    const { path: target, headers } = nameTenant(from, 't01', path);
    const lines = Object.entries({ host: '127.0.0.1:8080', ...headers });
    const head = { target, host: lines[0]?.[1] ?? '', headers: lines.flat() } as unknown as RequestHead;
    expect(tenantOf(head, from)).toEqual({ ok: true, tenant: 't01', target: path });
  }
});
