import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Deployment, tinyGrid, tinyHome } from '../deployment.js';
import {
  browserPath,
  openPage,
  seriousFindings,
  settled,
  shoot,
  startBrowser,
  type Theme,
} from './browser.js';

const executable = browserPath();
const suite = executable === null ? describe.skip : describe;

const grid = (name: string): object =>
  tinyGrid({
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
  });

suite(`the dashboard in a browser${executable === null ? ' (skipped: no browser)' : ''}`, () => {
  let deployment: Deployment;
  let browser: Browser;
  let id = '';
  let run = '';

  beforeAll(async () => {
    deployment = await Deployment.start(await tinyHome(4));
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
    await page.getByRole('link', { name: 'Write the first grid' }).waitFor();
    await shoot(page, 'welcome');
    await page.getByRole('link', { name: 'Write the first grid' }).click();
    const editor = page.getByLabel('The grid as YAML');
    await editor.fill(JSON.stringify(grid('browser'), null, 2));
    await page.getByText('4 cells, 8 runs').waitFor();
    // An error is said where it is.
    await editor.fill(JSON.stringify({ ...grid('browser'), seeds: 'none' }, null, 2));
    await page.getByText(/^Line \d+: .*seeds/).waitFor();
    expect(await page.getByRole('button', { name: 'Submit' }).isDisabled()).toBe(true);
    await editor.fill(JSON.stringify(grid('browser'), null, 2));
    await page.waitForFunction(
      () =>
        ![...document.querySelectorAll('button')].find((button) => button.textContent === 'Submit')?.disabled,
    );
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.waitForURL(/\/experiments\/browser-/);
    id = new URL(page.url()).pathname.split('/').at(-1)!;
    run = `${id}-1`;
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
    expect(await list.page.getByText(/^0 % · 0\//).count()).toBe(1);
    const server = deployment.processes[0]!;
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
    await list.page.getByText('No connection to the server').waitFor();
    deployment.spawn('control-plane');
    await list.page.getByLabel('Connection: Live').waitFor();
    await list.page.getByText('No connection to the server').waitFor({ state: 'detached' });
    deployment.spawn('worker');
    // Without a reload.
    await page.getByText(/of 1 slot busy/).waitFor();
    await list.page.getByText(/^[1-9]\d? % · /).waitFor();
    await deployment.finished(id);
    await list.page.getByText('done', { exact: true }).waitFor();
    expect([...errors, ...list.errors].filter((error) => !/ERR_|EventSource/.test(error))).toEqual([]);
    await page.context().close();
    await list.page.context().close();
  }, 600_000);

  it('is used by keyboard alone', async () => {
    const { page } = await openPage(browser);
    await visit(page, '/');
    await page.keyboard.press('Control+k');
    await page.getByLabel('Find or do anything', { exact: true }).last().waitFor();
    await page.keyboard.type('browser');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/experiments\//);
    await settled(page);
    const first = page.locator('[data-at="0 0"]');
    await first.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-at'))).toBe('1 1');
    await page.keyboard.press('Enter');
    const seed = page.getByRole('link', { name: 'seed 1' });
    await seed.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await seed.focus();
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
    expect(await page.getByRole('rowheader').count()).toBe(2);
    await page.context().close();
  });

  it('gives a figure away as it is on screen', async () => {
    const { page } = await openPage(browser);
    for (const [tab, endings] of [
      ['grid', ['PNG', 'SVG', 'CSV', 'Markdown', 'LaTeX']],
      ['curves', ['PNG', 'SVG']],
    ] as const) {
      await visit(page, `/experiments/${id}?tab=${tab}`);
      for (const ending of endings) {
        await page.getByRole('button', { name: 'Export' }).first().click();
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('menuitem', { name: ending }).click(),
        ]);
        expect(file.suggestedFilename()).toMatch(/\.(png|svg|csv|md|tex)$/);
      }
    }
    await page.context().close();
  });

  it('says what cancelling would do before it does', async () => {
    const second = grid('cancelled') as Record<string, unknown>;
    const spec = { ...second, defaults: { ...(second['defaults'] as object), 'stages.finetune.epochs': 40 } };
    const { id: other } = await deployment.client.submit({ body: { spec: spec as never } });
    const { page } = await openPage(browser);
    await visit(page, `/experiments/${other}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText(/Stages that another running experiment wants go on/).waitFor();
    expect(await page.getByRole('button', { name: 'Leave it' }).isVisible()).toBe(true);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    await page.context().close();
  });

  const pages = (): Record<string, string> => ({
    experiments: '/',
    new: '/new',
    'new-form': '/new?mode=form',
    grid: `/experiments/${id}`,
    state: `/experiments/${id}?colour=state`,
    table: `/experiments/${id}?tab=table`,
    curves: `/experiments/${id}?tab=curves`,
    effects: `/experiments/${id}?tab=effects`,
    tradeoffs: `/experiments/${id}?tab=tradeoffs`,
    runs: `/experiments/${id}?tab=runs`,
    predictions: `/experiments/${id}/predictions`,
    run: `/runs/${run}`,
    config: `/runs/${id}-3?tab=config`,
    'run-curves': `/runs/${run}?tab=curves`,
    telemetry: `/runs/${run}?tab=telemetry`,
    logs: `/runs/${run}?tab=logs`,
    lineage: `/runs/${run}?tab=lineage`,
    workers: '/workers',
    missing: '/nothing/here',
  });

  it.each(['light', 'dark'] as const)(
    'has no page that axe finds serious fault with (%s)',
    async (theme: Theme) => {
      const { page, errors } = await openPage(browser, theme);
      const found: Record<string, string[]> = {};
      for (const [name, path] of Object.entries(pages())) {
        await visit(page, path);
        const findings = await seriousFindings(page);
        if (findings.length > 0) found[name] = findings;
        await shoot(page, `${name}-${theme}`);
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
    for (const [name, path] of Object.entries(pages())) {
      await visit(page, path);
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1))
        wide.push(name);
      await shoot(page, `${name}-phone`);
    }
    expect(wide).toEqual([]);
    await page.context().close();
  }, 600_000);
});
