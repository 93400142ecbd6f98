import manifest from '../package.json' with { type: 'json' };

/** Petri's version, from the package's own file; the bundler writes it in. */
export const version: string = manifest.version;
