import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { chromiumForTests } from '../../support/chromium.ts';
import { runPetri } from '../../support/petri.ts';
import { recordedRun, writeRun } from '../../support/recorded-run.ts';

const browser = await chromiumForTests();
const hostile = '</script><script>document.title="owned"</script><b onclick="x">\u001b[31m';

// Where there is no browser this says so and is left out: the page's text is tested without one in page.test.ts.
describe.runIf(browser)('the page in a real browser', () => {
  let folder: string;
  let file: string;
  let complaints: string[];
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'petri-page-'));
    const text = JSON.stringify(recordedRun()).replaceAll('"t05"', JSON.stringify(hostile));
    writeRun(JSON.parse(text), join(folder, 'run'));
    file = join(folder, 'page.html');
    const { exitCode, stderr } = await runPetri(['report', join(folder, 'run'), '-o', file], folder);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    complaints = [];
  });
  afterEach(() => page.context().close());

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser!.newContext(options);
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) complaints.push(`fetches ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
  }

  /** How many different colours a chart has. */
  const coloursOf = (chart: string): Promise<number> =>
    page.evaluate(`{
      const canvas = document.querySelector('${chart} canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      new Set(new Uint32Array(data.buffer)).size;
    }`);

  test('it draws every chart, complains of nothing, and fetches nothing', async () => {
    await open();
    expect(await page.locator('.chart canvas').count()).toBe(9);
    expect(await coloursOf('[data-cell="b"][data-kind="rates"]')).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
  });

  test('its own policy lets no other script run and nothing be fetched', async () => {
    await open();
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "owned"';
      const image = document.createElement('img');
      image.src = 'http://127.0.0.1:9/x.png';
      document.body.append(script, image);
    }`);
    expect(await page.title()).toBe('held: kill-one-cell, seed 7');
    await expect.poll(() => complaints.filter((words) => words.includes('Content Security Policy')).length).toBe(2);
  });

  test('a hostile tenant is a name on the page', async () => {
    await open();
    const mark = page.locator('.field .hit').first();
    expect(await mark.innerText()).toContain('</script><script>document.title="owned"</script><b onclick="x">');
    expect(await page.title()).toBe('held: kill-one-cell, seed 7');
    expect(await page.locator('b[onclick]').count()).toBe(0);
  });

  test.each([360, 820, 1400])('at %i pixels nothing stands out at the side', async (width) => {
    await open({ viewport: { width, height: 900 } });
    const widths = await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
    expect(widths).toEqual([width, width]);
  });

  test('it is light or dark as its reader likes, and light on paper', async () => {
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const ink = () => page.evaluate('getComputedStyle(document.body).color');
    await open({ colorScheme: 'light' });
    const light = [await background(), await ink()];
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = [await background(), await ink()];
    expect(dark).not.toEqual(light);
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await ink()).toBe(light[1]);
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('who was hit can be read without colour: a glyph, a name and a word for each', async () => {
    await open();
    const marks = await page.locator('.field li').allInnerTexts();
    const read = marks.map((text) => text.replace(/\s+/g, ' '));
    expect(read).toHaveLength(12);
    expect(read.filter((text) => /^▇ .* hit$/.test(text))).toHaveLength(4);
    expect(read.filter((text) => /^o t\d\d served$/.test(text))).toHaveLength(8);
  });
});
