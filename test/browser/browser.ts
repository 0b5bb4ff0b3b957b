import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** A Chromium on PATH; null where there is none, and the suite is skipped. */
export const browserPath = (path = process.env['PATH'] ?? ''): string | null =>
  path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file)) ?? null;

/** Started without a sandbox, which root and containers have none for; it visits the test's own server only. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export type Theme = 'light' | 'dark';

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const;

/** A page, and the errors that it logs: a test expects none. */
export async function openPage(
  browser: Browser,
  theme: Theme = 'light',
  size: keyof typeof SIZES = 'desktop',
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A refused plan is an answer, not a defect.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return { page, errors };
}

/**
 * Until there is a heading, no answer is awaited, no place is kept for one and all figures are drawn, for a few frames on end: an answer
 * may ask the next question.
 */
export async function settled(page: Page): Promise<void> {
  // Not waitForFunction: it takes the promise itself for a yes.
  await page.evaluate(async () => {
    const quiet = (): boolean =>
      document.querySelector('main :is(h1, h2)') !== null &&
      document.querySelector('[data-awaited="0"]') !== null &&
      document.querySelector('[aria-label="Loading"]') === null &&
      [...document.querySelectorAll('main div[role="img"]')].every((figure) =>
        figure.querySelector('canvas'),
      );
    const end = performance.now() + 60_000;
    for (let frames = 0; frames < 6; frames = quiet() ? frames + 1 : 0) {
      if (performance.now() > end) throw new Error(`not settled: ${document.body.innerText.slice(0, 500)}`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await document.fonts.ready;
  });
}

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or worse, a line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html.slice(0, 140))
            .slice(0, 3)
            .join(' | ')}`,
      );
  });
}
