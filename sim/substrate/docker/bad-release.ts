import type Dockerode from 'dockerode';
import { ask } from './engine-call.ts';
import { followImageStream } from './image-stream.ts';

/** What somebody released without trying it: it says what is wrong with it, and ends. */
const brokenProgram = `console.error("Error: Cannot find module './pricing-rules.js'");\nprocess.exit(1);\n`;

/** Makes an image on top of Petri's own in which every program is broken, unless it is there. Returns its name. */
export async function makeBadRelease(docker: Dockerode, petriImage: string): Promise<string> {
  const name = `${petriImage}-bad`;
  const found = await docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (found) return name;
  const { default: tar } = await import('tar-stream');
  const archive = tar.pack();
  archive.entry({ name: 'broken.js' }, brokenProgram);
  const programs = ['alb', 'web', 'worker'].map((program) => `COPY broken.js /petri/dist/${program}.js\n`);
  archive.entry({ name: 'Dockerfile' }, [`FROM ${petriImage}\n`, ...programs].join(''));
  archive.finalize();
  const what = `build ${name}`;
  const stream = await ask(what, docker.buildImage(archive, { t: name, networkmode: 'none', forcerm: true }));
  await ask(
    what,
    followImageStream(stream, () => {}),
  );
  return name;
}
