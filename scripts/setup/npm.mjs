import { spawn } from 'node:child_process';

const always = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/**
 * Runs npm with the caller's own Node: npm came with that one, and a fetched Node has none.
 * @param {readonly string[]} words
 * @param {string} folder where it runs
 * @returns {Promise<{ok: true} | {ok: false, reason: string}>} the reason is npm's own last words, on one line
 */
export function npm(words, folder) {
  const cli = process.env.npm_execpath;
  const isNpm = cli !== undefined && /npm-cli\.c?js$/.test(cli);
  const [command, first] = isNpm ? [process.execPath, [cli]] : ['npm', []];
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...words, ...always], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: !isNpm && process.platform === 'win32',
    });
    // Where set-up alone is told to end, npm goes with it.
    process.once('exit', () => child.kill());
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (said.length < 8000) said += text;
    });
    child.on('error', (error) => resolve({ ok: false, reason: `npm did not start: ${error.message}` }));
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ ok: true });
      else resolve({ ok: false, reason: lastWords(said) || `npm ended with ${signal ?? code}` });
    });
  });
}

/** The lines in which npm names the error, without its prefix and its pointers to log files. */
function lastWords(said) {
  return said
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/i, '').trim())
    .filter((line) => line !== '' && !/complete log of this run|^Log files/i.test(line))
    .slice(0, 3)
    .join(' ');
}
