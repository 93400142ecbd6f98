import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that pages are tested in; null, with a sentence, where none starts and nobody has said that one must. */
export async function chromiumForTests(): Promise<Browser | null> {
  const started = await launched();
  if (typeof started !== 'string') return started;
  if (process.env.PETRI_REQUIRE_CHROMIUM === '1')
    throw new Error(`${started}, and PETRI_REQUIRE_CHROMIUM=1 demands one`);
  console.log(`left out, since ${started}`);
  return null;
}

/** The browser, or why there is none. */
async function launched(): Promise<Browser | string> {
  if (!existsSync(executablePath)) return `there is no ${executablePath}`;
  return chromium
    .launch({ executablePath, args: flags })
    .catch((error: Error) => `${executablePath} does not start: ${error.message.slice(0, 500)}`);
}
