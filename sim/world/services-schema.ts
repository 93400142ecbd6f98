import { z } from 'zod';
import { quote } from './quantities.ts';
import { decimal, section, size, text, toSize, whole, words } from './schema-kit.ts';
import { imagePattern } from './image-name.ts';
import { isReplaceable, removable, type Services } from './services.ts';

/** Where a service listens in its container, unless it says where. */
const defaultPort = 8000;

const namePattern = /^[a-z][a-z0-9-]{0,30}$/;
const nameWords = 'a name of at most 31 small letters, digits and hyphens that begins with a letter';
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const healthPattern = /^\/[\x21-\x7e]{0,511}$/;
/** No `..`, no doubled slash, nothing that a mount could take for options, nothing of the kernel's. */
const folderPattern = /^(?!\/(proc|sys|dev)(\/|$))(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+){1,16}$/;
const wordPattern = /^[^\0]{0,4096}$/;

const word = () => text(wordPattern, 'text of at most 4096 characters; quote it where it looks like a number');

const service = section({
  image: text(imagePattern, 'the name of an image, such as mysql:8.4')
    .describe('Its image, where the world runs on Docker')
    .optional(),
  command: list(word(), 'a list of words, such as [node, ./server.mjs]', 1, 64)
    .describe(
      'Its program and arguments, where the world runs on processes; ./x is a file beside this one. No shell in between',
    )
    .optional(),
  args: list(word(), 'a list of words', 0, 64)
    .describe("What the image's program is called with on Docker; without it what the image says")
    .optional(),
  env: z
    .record(text(variablePattern, 'the name of an environment variable'), word(), {
      error: (issue) =>
        issue.code === 'invalid_type'
          ? `must be a mapping of text to text, not ${quote(issue.input)}`
          : 'is not the name of an environment variable: use letters, digits and underscores',
    })
    .describe(
      'Its environment. {{db}} is host:port of the part db of the same cell, {{db.host}} and {{db.port}} its halves; {{self.port}}, {{cell}}, {{volume.NAME}}',
    )
    .prefault({}),
  port: whole(
    1,
    65_535,
    `Where it listens in its container; without it ${defaultPort}, for worker and xl nowhere`,
  ).optional(),
  health: text(healthPattern, 'a path that begins with /, such as /health')
    .describe('Answered 2xx once it serves. Without it it serves once its port accepts connections')
    .optional(),
  user: z
    .union([z.literal(1000), z.literal('image')], {
      error: (issue) => `must be 1000 or image, not ${quote(issue.input)}`,
    })
    .describe('Who it runs as in its container: user 1000, or whom its image says')
    .default(1000),
  root: words(['read-only', 'writable'], "Whether it can write to its container's own files").default('read-only'),
  tmpfs: list(folder(), 'a list of folders', 0, 8)
    .describe('Folders in its container that are kept in memory')
    .prefault([]),
  volumes: z
    .record(text(namePattern, nameWords), folder(), {
      error: (issue) =>
        issue.code === 'invalid_type'
          ? `must be a mapping of names to folders, not ${quote(issue.input)}`
          : `is not a volume's name: it must be ${nameWords}`,
    })
    .describe(
      'Its volumes by name, and the folder where its container has each. They outlive it; {{volume.NAME}} is where',
    )
    .prefault({}),
  cpus: decimal(0.1, 16, 'Shares of a core').default(1),
  memory: size({ min: 16 * 1024 ** 2, max: 16 * 1024 ** 3 }, 'Memory (16MiB to 16GiB)').prefault('512MiB'),
  onLoss: words(
    ['refused', 'delayed', 'none'],
    'For a part that is added: what the tenants of its cell see when it is lost (default refused)',
  ).optional(),
});

/** `cell.services`: parts that replace Petri's own or stand beside them. */
export const servicesSection = z
  .record(text(namePattern, nameWords), service, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `must be a mapping of names to services, not ${quote(issue.input)}`
        : `is not a service's name: it must be ${nameWords}`,
  })
  .describe(
    "Services of your own in each cell: web, worker and xl replace Petri's, every other name is a part that is added",
  );

/** `cell.without`: which of Petri's own parts a cell does not have. */
export const withoutList = list(
  words(removable, 'A part that no cell has'),
  `a list of ${removable.join(', ')}`,
  0,
  removable.length,
).describe(
  "Petri's own parts that the cells do not have. Without it, where web is replaced: all that no service names",
);

export type ServicesFile = z.output<typeof servicesSection>;

export function toServices(file: ServicesFile): Services {
  return Object.fromEntries(
    Object.entries(file).map(([name, { cpus, memory, user, port, ...spec }]) => [
      name,
      {
        command: spec.command ?? null,
        image: spec.image ?? null,
        args: spec.args ?? null,
        env: spec.env,
        port: port ?? (name === 'worker' || name === 'xl' ? null : defaultPort),
        health: spec.health ?? null,
        user: user === 1000 ? '1000' : 'image',
        root: spec.root,
        tmpfs: spec.tmpfs,
        volumes: spec.volumes,
        size: toSize({ cpus, memory }),
        onLoss: spec.onLoss ?? (isReplaceable(name) ? 'none' : 'refused'),
      },
    ]),
  );
}

function folder() {
  return text(folderPattern, 'a folder in the container, such as /data');
}

function list<Item extends z.ZodType>(item: Item, what: string, min: number, max: number) {
  const error = (issue: { readonly input?: unknown }) =>
    Array.isArray(issue.input)
      ? `must have ${min} to ${max} entries, not ${issue.input.length}`
      : `must be ${what}, not ${quote(issue.input)}`;
  return z.array(item, { error }).min(min, { error }).max(max, { error });
}
