import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { Deployment, tinyGrid, tinyHome } from '../deployment.js';
import { browserPath, openPage, seriousFindings, settled, startBrowser, type Theme } from './browser.js';
import { pagesOf } from './pages.js';

const executable = browserPath();
const suite = executable === null ? describe.skip : describe;

const grid = (name: string, epochs = 3): object => {
  const { defaults, ...rest } = tinyGrid({
    name,
    axes: {
      encoder: ['eye', 'other-eye'],
      connector: ['mlp2x_gelu', 'linear'],
      llm: ['tongue'],
      data: ['tiny'],
      strategy: ['base'],
    },
    baseline: { encoder: 'eye', connector: 'mlp2x_gelu' },
    seeds: { values: [1, 2], redraws: ['finetune'] },
  }) as { defaults: object };
  return { ...rest, defaults: { ...defaults, 'stages.finetune.epochs': epochs } };
};

suite(`the dashboard in a browser${executable === null ? ' (skipped: no browser)' : ''}`, () => {
  let deployment: Deployment;
  let browser: Browser;
  let id = '';

  beforeAll(async () => {
    deployment = await Deployment.start(await tinyHome(4), { ABLATE_SLOTS: '2' });
    browser = await startBrowser(executable!);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  }, 120_000);

  const visit = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${deployment.url}${path}`);
    await settled(page);
  };

  it('tells a new user the next step, and shows the plan of the grid there before anything runs', async () => {
    const { page, errors } = await openPage(browser);
    await visit(page, '/');
    await page.getByRole('link', { name: 'Write the first grid' }).click();
    const editor = page.getByLabel('The grid as YAML');
    await editor.fill(JSON.stringify(grid('browser'), null, 2));
    await page.getByText('4 cells, 8 runs').waitFor();
    // An error is said where it is.
    await editor.fill(JSON.stringify({ ...grid('browser'), seeds: 'none' }, null, 2));
    await page.getByText(/^Line \d+: .*seeds/).waitFor();
    expect(await page.getByRole('button', { name: 'Submit' }).isDisabled()).toBe(true);
    await editor.fill(JSON.stringify(grid('browser'), null, 2));
    await page.locator('button:enabled', { hasText: /^Submit$/ }).click();
    await page.waitForURL(/\/experiments\/browser-/);
    id = new URL(page.url()).pathname.split('/').at(-1)!;
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says why things wait, and changes by itself while stages run, also after the server was away', async () => {
    const { page, errors } = await openPage(browser);
    await visit(page, '/workers');
    await page.getByText('No worker is here').waitFor();
    await page
      .getByText(/No worker serves pool/)
      .first()
      .waitFor();
    const list = await openPage(browser);
    await visit(list.page, '/');
    const row = list.page.getByRole('row', { name: /browser/ });
    await row.getByText(/^0 % · 0\//).waitFor();
    const server = deployment.processes[0]!;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    await list.page.getByText('No connection to the server').waitFor();
    deployment.spawn('control-plane');
    await list.page.getByLabel('Connection: Live').waitFor();
    await list.page.getByText('No connection to the server').waitFor({ state: 'detached' });
    deployment.spawn('worker');
    // Without a reload.
    await page.getByText(/of 2 slots busy/).waitFor();
    await row.getByText(/^[1-9]\d? % · /).waitFor();
    await deployment.finished(id);
    await row.getByText('✓done').waitFor();
    await row.getByText(/^100 % · /).waitFor();
    expect([...errors, ...list.errors].filter((error) => !/ERR_|EventSource/.test(error))).toEqual([]);
    await page.context().close();
    await list.page.context().close();
  }, 600_000);

  it('is used by keyboard alone', async () => {
    const { page } = await openPage(browser);
    await visit(page, '/');
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Find or do anything' }).waitFor();
    await page.keyboard.type('browser');
    await page.getByRole('button', { name: /^browser/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/experiments\//);
    await settled(page);
    await page.getByRole('grid').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('data-at') ?? null);
    // One stop of the Tab key for the whole map.
    for (let stops = 0; (await focused()) === null && stops < 60; stops += 1)
      await page.keyboard.press('Tab');
    expect(await focused()).toBe('0 0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('1 1');
    await page.keyboard.press('Enter');
    const seed = page.getByRole('link', { name: 'seed 1' });
    await seed.waitFor();
    // The heading of what has opened has the focus; close and the runs come next.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await seed.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\//);
    await page.context().close();
  });

  it('keeps the state of a view in its address', async () => {
    const { page } = await openPage(browser);
    await visit(page, `/experiments/${id}?tab=grid&rows=connector&colour=state`);
    await page.getByRole('grid', { name: 'State by connector and encoder' }).waitFor();
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByLabel('Filter').fill('linear');
    await page.waitForURL(/q=linear/);
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Filter').inputValue()).toBe('linear');
    await page.getByRole('rowheader').nth(1).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(2);
    await page.goBack();
    await page.getByRole('grid', { name: 'State by connector and encoder' }).waitFor();
    await page.context().close();
  });

  it('gives a figure away as it is on screen', async () => {
    const { page } = await openPage(browser);
    const begins = {
      PNG: /^\x89PNG/,
      SVG: /^<svg /,
      CSV: /^encoder,connector,mean/,
      Markdown: /^\*\*tiny-vqa/,
      LaTeX: /booktabs/,
    } as const;
    const figures: readonly (readonly [string, readonly (keyof typeof begins)[]])[] = [
      ['grid', ['PNG', 'SVG', 'CSV', 'Markdown', 'LaTeX']],
      ['curves', ['PNG', 'SVG']],
      ['effects', ['PNG', 'SVG']],
      ['tradeoffs', ['PNG', 'SVG']],
    ];
    for (const [tab, kinds] of figures) {
      await visit(page, `/experiments/${id}?tab=${tab}`);
      for (const kind of kinds) {
        await page.getByRole('button', { name: 'Export' }).first().click();
        const item = page.getByRole('menuitem', { name: kind });
        await item.waitFor();
        const download = page.waitForEvent('download').catch(async () => {
          const said = await page.getByRole('alert').allInnerTexts();
          throw new Error(`${tab} gave no ${kind}: ${said.join(' ')}`);
        });
        await item.click();
        const file = await download;
        expect((await readFile(await file.path())).toString('latin1')).toMatch(begins[kind]);
        await item.waitFor({ state: 'detached' });
      }
    }
    await page.context().close();
  });

  it('says what cancelling would do before it does', async () => {
    const { id: other } = await deployment.client.submit({ body: { spec: grid('cancelled', 40) as never } });
    const { page } = await openPage(browser);
    await visit(page, `/experiments/${other}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(/Stages that another running experiment wants go on/).waitFor();
    expect(await page.getByRole('button', { name: 'Leave it' }).isVisible()).toBe(true);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has no page that axe finds serious fault with (%s)',
    async (theme: Theme) => {
      const { page, errors } = await openPage(browser, theme);
      const found: Record<string, string[]> = {};
      for (const [name, path] of Object.entries(pagesOf(id))) {
        await visit(page, path);
        const findings = await seriousFindings(page);
        if (findings.length > 0) found[name] = findings;
      }
      expect(found).toEqual({});
      expect(errors).toEqual([]);
      await page.context().close();
    },
    600_000,
  );

  it('fits a phone: no page is wider than its screen', async () => {
    const { page } = await openPage(browser, 'light', 'phone');
    const wide: string[] = [];
    for (const [name, path] of Object.entries(pagesOf(id))) {
      await visit(page, path);
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1))
        wide.push(name);
    }
    expect(wide).toEqual([]);
    await page.context().close();
  }, 600_000);
});
