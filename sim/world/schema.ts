import { z } from 'zod';
import { quote, seedRange } from './quantities.ts';
import { parsePolicyValue, policies, printTakes, type Policy } from './policies.ts';
import { imagePattern } from './image-name.ts';
import { checkProtocol, protocolSection, toProtocol } from './protocol-schema.ts';
import { isSpoken, spokenMix, templateOf } from './protocol.ts';
import {
  decimal,
  duration,
  durationPattern,
  partSize,
  rate,
  section,
  share,
  sharePattern,
  size,
  text,
  toSize,
  whole,
  words,
} from './schema-kit.ts';
import { checkServices } from './services-check.ts';
import { servicesSection, toServices, withoutList } from './services-schema.ts';
import { leftOut } from './services.ts';
import { explainIssues, type FileIssue } from './schema-issues.ts';
import { orList } from './suggest.ts';
import type { World } from './world.ts';

/** The name of a world: also a folder's name, and part of a socket's path. */
const worldNamePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

const tenantsMax = 10_000;

export const defaultMix = { read: 0.7, write: 0.24, job: 0.05, xl: 0.01 } as const;

/** `traffic`: what Petri's own clients send. */
export const trafficSection = section({
  on: z.boolean({ error: (issue) => `must be true or false, not ${quote(issue.input)}` }).default(true),
  rate: rate({ min: 0, max: 100_000 }, "Requests a second that Petri's own clients send").prefault('200rps'),
  mix: section({
    read: share('Reads of a row').prefault('0%'),
    write: share('Writes of a row').prefault('0%'),
    job: share('Jobs').prefault('0%'),
    xl: share('Jobs for the XL queue').prefault('0%'),
  })
    .superRefine((mix, context) => {
      const sum = Number(mix.read) + Number(mix.write) + Number(mix.job) + Number(mix.xl);
      if (Math.abs(sum - 1) > 1e-6)
        context.addIssue({ code: 'custom', message: `must add up to 100%, not ${round(sum * 100)}%` });
    })
    .optional(),
  skew: decimal(0, 3, "Exponent of the tenants' Zipf law; 0 is even").default(0.9),
});

/** `policies`: design choices that differ from their defaults. */
export const policiesSection = section(
  Object.fromEntries(policies.map((policy) => [policy.name, policyValue(policy).optional()])),
);

/** What the file leaves open is filled in here and nowhere else. */
export const worldSections = {
  cells: whole(1, 24, 'Cells of the world; their ids are a, b, c, …').default(3),
  tenants: whole(0, tenantsMax, 'Tenants, an equal share in each cell. Without it 20 a cell, 60 at most.').optional(),
  routers: whole(1, 8, 'Routers in front of the cells').default(1),
  port: whole(1024, 65_535, "The first router's port. Without it 8080, or the next free one.").optional(),
  tenantFrom: words(['header', 'host', 'path'], 'Where a request names its tenant').default('header'),
  engine: words(
    ['auto', 'redis', 'embedded'],
    "The cells' queue engine; auto: Redis or Valkey where PATH has one, else the embedded one",
  ).default('auto'),
  cell: section({
    web: whole(1, 16, 'Web tasks of a cell').default(2),
    worker: whole(0, 16, 'Workers of a cell').default(1),
    maxTenants: whole(1, 10_000, 'The fixed maximum size of a cell').default(40),
    replaceAfter: duration({ min: 100, max: 600_000 }, 'How long after its death a part is replaced').prefault('2s'),
    xlAbove: whole(1, 1_000_000, 'A job above so many units goes to the XL queue').default(1000),
    workerConcurrency: whole(1, 64, 'Jobs that one worker works on at once').default(4),
    auroraFailover: duration(
      { min: 100, max: 600_000 },
      "How long after the writer's death the reader is promoted",
    ).prefault('1s'),
    volumeSize: size(
      { min: 128 * 1024, max: 64 * 1024 ** 3 },
      'What the volume of an Aurora, a DynamoDB and the exports of a cell holds at most (128KiB to 64GiB). Without it there is no bound.',
    ).optional(),
    sizes: section({
      web: partSize('A web task', 1, '512MiB'),
      worker: partSize('A worker', 1, '512MiB'),
      xl: partSize('An XL worker', 2, '1GiB'),
      other: partSize('Every part that is no task', 1, '512MiB'),
    }).prefault({}),
    services: servicesSection.optional(),
    without: withoutList.optional(),
  }).prefault({}),
  protocol: protocolSection.optional(),
  images: section({
    node: text(imagePattern, 'the name of an image, such as node:24-slim')
      .describe("The image that Petri's own is made from; NODE_IMAGE, else node:24-slim")
      .optional(),
    redis: text(imagePattern, 'the name of an image, such as redis:7-alpine')
      .describe("The cells' queue engine on Docker; REDIS_IMAGE, else redis:7-alpine")
      .optional(),
  }).prefault({}),
  traffic: trafficSection.prefault({}),
  policies: policiesSection.prefault({}),
};

/** A world file, as a person writes it. A scenario's `world:` has {@link worldSections} alone. */
export const worldFileSchema = z
  .strictObject(
    {
      petri: z
        .literal(1, {
          error: (issue) =>
            issue.input === undefined
              ? 'is missing: a world file begins with petri: 1'
              : `must be 1, the only format there is, not ${quote(issue.input)}`,
        })
        .describe('The format of this file'),
      name: text(worldNamePattern, 'a name of at most 32 small letters, digits and hyphens')
        .describe('The name of the world')
        .default('default'),
      seed: whole(seedRange.min, seedRange.max, 'Reproduces the plan: who sends what, and when').default(1),
      ...worldSections,
    },
    { error: (issue) => (issue.code === 'invalid_type' ? `must be a mapping, not ${quote(issue.input)}` : undefined) },
  )
  .superRefine((file, context) =>
    checkWhole(file, (path, message) => context.addIssue({ code: 'custom', path: [...path], message })),
  );

/** What people may write. */
export type WorldFile = z.input<typeof worldFileSchema>;

/** Fills in what only the whole file can say. */
export function toWorld(file: WorldSections & { readonly name: string; readonly seed: number }): World {
  const { replaceAfter, auroraFailover, sizes, services: brought, without, volumeSize, ...cell } = file.cell;
  const { rate: rps, mix, on, skew } = file.traffic;
  const services = toServices(brought ?? {});
  const protocol = services['web'] ? toProtocol(file.protocol ?? {}) : null;
  return {
    on: 'process',
    bug: null,
    name: file.name,
    seed: file.seed,
    cells: file.cells,
    tenants: file.tenants ?? Math.min(60, file.cells * Math.min(20, cell.maxTenants)),
    routers: file.routers,
    port: file.port ?? null,
    tenantFrom: file.tenantFrom,
    engine: file.engine,
    cell: {
      ...cell,
      replaceAfterMs: Number(replaceAfter),
      auroraFailoverMs: Number(auroraFailover),
      volumeBytes: volumeSize === undefined ? null : Number(volumeSize),
      sizes: { web: toSize(sizes.web), worker: toSize(sizes.worker), xl: toSize(sizes.xl), other: toSize(sizes.other) },
      services,
      without: without ?? leftOut(services),
    },
    protocol,
    images: { node: file.images.node ?? null, redis: file.images.redis ?? null },
    traffic: {
      on: on && (protocol === null || isSpoken(protocol)),
      rps: Number(rps),
      mix: mix
        ? { read: Number(mix.read), write: Number(mix.write), job: Number(mix.job), xl: Number(mix.xl) }
        : spokenMix(defaultMix, protocol),
      skew,
    },
    policies: Object.fromEntries(
      Object.entries(file.policies).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

/** A world's sections as they leave the schema. */
export type WorldSections = Omit<z.output<typeof worldFileSchema>, 'petri' | 'name' | 'seed'>;

/** What no single section of a world can say. */
export function checkWhole(
  file: WorldSections,
  say: (path: readonly (string | number)[], message: string) => void,
): void {
  const room = file.cells * file.cell.maxTenants;
  // Where one of them is out of its own range, that has been said already.
  if (file.tenants !== undefined && file.tenants <= tenantsMax && room > 0 && file.tenants > room)
    say(
      ['tenants'],
      `must fit into the cells: ${file.cells} × maxTenants ${file.cell.maxTenants} is room for ${room}, not ${file.tenants}`,
    );
  checkServices(file.cell.services, file.cell.without, (path, message) => say(['cell', ...path], message));
  if (file.protocol) checkProtocol(file.protocol, (path, message) => say(['protocol', ...path], message));
  checkSpoken(file, say);
}

/** Whether the traffic's mix and the protocol fit together, and the protocol and the web tasks. */
function checkSpoken(
  file: { readonly protocol?: unknown } & Pick<z.output<typeof worldFileSchema>, 'cell' | 'traffic'>,
  say: (path: readonly (string | number)[], message: string) => void,
): void {
  const replaced = file.cell.services?.['web'] !== undefined;
  if (file.protocol && !replaced)
    return say(['protocol'], 'says how to speak to a web of your own: replace cell.services.web, or leave it out');
  if (!replaced || !file.traffic.mix) return;
  for (const [op, share] of Object.entries(file.traffic.mix)) {
    const template = templateOf[op as keyof typeof templateOf];
    if (Number(share) === 0 || (template && (file.protocol as Record<string, unknown> | undefined)?.[template]))
      continue;
    const why = template ? `protocol has no ${template}` : 'a web of your own has no large jobs';
    say(['traffic', 'mix', op], `must be 0%: ${why}`);
  }
}

/** Checks a world given as plain data, and fills in the defaults. Issues carry the path and the rest of a sentence. */
export function checkWorld(
  data: unknown,
): { readonly ok: true; readonly world: World } | { readonly ok: false; readonly issues: readonly FileIssue[] } {
  const result = worldFileSchema.safeParse(data);
  if (result.success) return { ok: true, world: toWorld(result.data) };
  return { ok: false, issues: explainIssues(result.error, worldFileSchema, 'a world file') };
}

/** The default world; overrides must be valid already. */
export function defaultWorld(file: Omit<WorldFile, 'petri'> = {}): World {
  return toWorld(worldFileSchema.parse({ petri: 1, ...file }));
}

/** A policy's value: as `petri set` takes it; a count is written as a number. */
function policyValue(policy: Policy) {
  const { type } = policy;
  const description = `${policy.summary} (default ${policy.default}; prevents ${policy.prevents.join(', ')})`;
  if (type.kind === 'whole') return whole(type.min, type.max, description).transform(String);
  const pattern = type.kind === 'share' ? sharePattern : durationPattern;
  const choice = type.kind === 'switch' ? ['on', 'off'] : type.kind === 'words' ? [...type.words] : null;
  return z
    .string({ error: (issue) => `must be ${choice ? orList(choice) : printTakes(type)}, not ${quote(issue.input)}` })
    .meta(choice ? { enum: choice, description } : { pattern, description })
    .transform((value, context) => {
      const parsed = parsePolicyValue(policy, value);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.error });
      return z.NEVER;
    });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
