import type { Finding } from './examine.ts';

/**
 * Whether worlds can be grown on Docker, and what they would still have to fetch. Never `missing`: without Docker they grow on
 * processes.
 */
export async function examineDocker(): Promise<Finding> {
  const say = (level: 'ok' | 'note', text: string): Finding => ({ subject: 'Docker', level, text, type: null });
  try {
    const { connectEngine } = await import('../substrate/docker/engine.ts');
    const engine = await connectEngine();
    const here = `engine ${engine.version} at ${engine.name}`;
    const { chooseImageNames, findImage, findPetriImage } = await import('../substrate/docker/image.ts');
    const names = chooseImageNames();
    const [base, redis] = await Promise.all([findImage(engine, names.node), findImage(engine, names.redis)]);
    if (base === null)
      return say('note', `${here}; the image ${names.node} is not here: petri images pull, or petri images load FILE`);
    const petri = await findPetriImage(engine, base);
    const parts = [
      `${here}; at hand: ${[base, redis, petri].flatMap((image) => image?.name ?? []).join(', ')}`,
      ...(redis === null ? [`${names.redis} is pulled first, or the embedded engine used`] : []),
      ...(petri === null ? ["Petri's own image is built first"] : []),
    ];
    return say('ok', parts.join('; '));
  } catch (error) {
    const { name, code, message } = error as { name?: string; code?: string; message?: string };
    if (name === 'DockerError' && code === 'no-engine') return say('ok', 'no engine answers: worlds grow on processes');
    return say('note', message ?? String(error));
  }
}
