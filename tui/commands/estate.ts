import type { TenantStatus } from '../../sim/state/status.ts';
import { tenantIdPattern } from '../../sim/world/tenant-id.ts';
import { call, line, wrong, type Arguments, type Parsed } from './call.ts';

export function scale({ words: [cell, service, text] }: Arguments): Parsed {
  const count = Number(text);
  if (!cell || !service || !Number.isInteger(count)) return wrong('scale CELL web|worker|xl N, such as: scale b web 3');
  if (service !== 'web' && service !== 'worker' && service !== 'xl')
    return wrong(`A service is web, worker or xl, not "${service}".`);
  return call('scale', { cell, service, count }, `scaling ${cell}/${service}`, ({ addresses }) =>
    line(`${cell}/${service} has ${addresses.length}: ${addresses.join(' ')}`),
  );
}

/** `tenant add ID [--cell C]`. */
export function tenant({ words: [verb, id], flags }: Arguments): Parsed {
  if (verb !== 'add' || !id) return wrong('tenant add ID [--cell C], such as: tenant add acme');
  if (!tenantIdPattern.test(id)) return wrong('A tenant is 1 to 63 small letters, digits and hyphens.');
  return call('tenant.add', { tenant: id, cell: flags.get('cell') ?? null }, `placing ${id}`, (added: TenantStatus) =>
    line(`${added.id} lives in cell ${added.cell}, epoch ${added.epoch}`),
  );
}

export function redrive({ words: [cell] }: Arguments): Parsed {
  if (!cell) return wrong('redrive CELL, such as: redrive b');
  return call('redrive', { cell }, `sending the dead letters of ${cell} back`, ({ redriven }) =>
    line(`${redriven} dead letters of cell ${cell} wait to be worked on again`),
  );
}

export const reset = (): Parsed =>
  call('reset', {}, 'starting afresh: every part ends and starts again', (status) => line(status.headline));

export const down = (): Parsed => call('down', {}, 'ending the world', () => line('the world has ended'));
