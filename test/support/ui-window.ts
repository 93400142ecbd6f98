import { parseArgs } from 'node:util';
import { runUi } from '../../tui/app.tsx';

// The window alone, as the command line's front door would open it, on a socket given by hand.
const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    grown: { type: 'boolean', default: false },
    'read-only': { type: 'boolean', default: false },
    theme: { type: 'string' },
    name: { type: 'string', default: 'default' },
  },
});

process.exitCode = await runUi({
  name: values.name,
  grown: values.grown,
  readOnly: values['read-only'],
  theme: values.theme ?? null,
  word: 'petri',
  socketPath: values.socket ?? null,
});
