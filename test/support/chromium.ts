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

/** The browser that pages are tested in; null, with a sentence, where there is none and nobody has said that there must be. */
export async function chromiumForTests(): Promise<Browser | null> {
  if (existsSync(executablePath)) return chromium.launch({ executablePath, args: flags });
  const missing = `there is no ${executablePath}`;
  if (process.env.PETRI_REQUIRE_CHROMIUM === '1')
    throw new Error(`${missing}, and PETRI_REQUIRE_CHROMIUM=1 demands it`);
  console.log(`left out, since ${missing}`);
  return null;
}
