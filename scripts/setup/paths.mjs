import { fileURLToPath } from 'node:url';

/** The clone that these scripts belong to, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
