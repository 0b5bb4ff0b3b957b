import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '@ablate/contracts';
import type { Browser } from 'playwright-core';
import { browserPath, openPage, settled, startBrowser } from './browser.js';
import { pagesOf } from './pages.js';
import { shoot, shown } from './screenshots.js';

const executable = browserPath();
const suite = executable === null ? describe.skip : describe;

suite('docs/screenshots', () => {
  let browser: Browser;
  let pages: Record<string, string> = {};

  beforeAll(async () => {
    const [newest] = await createClient({ baseUrl: shown }).experiments({ query: { limit: 1 } });
    expect(newest).toBeDefined();
    pages = pagesOf(newest!.id);
    browser = await startBrowser(executable!);
  });
  afterAll(() => browser?.close());

  it.each([
    ['light', 'light', 'desktop'],
    ['dark', 'dark', 'desktop'],
    ['phone', 'light', 'phone'],
  ] as const)(
    'shows every page: %s',
    async (name, theme, size) => {
      const { page, errors } = await openPage(browser, theme, size);
      for (const [of, path] of Object.entries(pages)) {
        await page.goto(`${shown}${path}`);
        await settled(page);
        await shoot(page, `${of}-${name}`);
      }
      expect(errors).toEqual([]);
      await page.context().close();
    },
    600_000,
  );
});
