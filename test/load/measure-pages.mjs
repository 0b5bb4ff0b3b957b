// How long pages take to show what is on a full server, in a real browser, measured inside the page: from the click to the frame that shows it.
import { chromium } from 'playwright-core';

/** Runs in the page: acts, waits frame by frame for what is to be seen, and says how long it took and the longest task meanwhile. */
async function timed({ act, shown }) {
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: 'longtask' });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const isShown = new Function(`return (${shown})()`);
  const began = performance.now();
  new Function(`(${act})()`)();
  while (!isShown()) {
    if (performance.now() - began > 30_000) throw new Error(`not shown: ${shown}`);
    await frame();
  }
  await frame();
  const took = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 50));
  tasks.push(...observer.takeRecords());
  observer.disconnect();
  return { took, longest: Math.max(0, ...tasks.map(({ duration }) => duration)) };
}

const click = (selector, text) =>
  `() => [...document.querySelectorAll(${JSON.stringify(selector)})].find((e) => e.textContent === ${JSON.stringify(text)}).click()`;
const type = (text) => `() => {
  const input = [...document.querySelectorAll('input')].find((e) => e.labels?.[0]?.textContent === 'Filter');
  window.rowsBefore = document.querySelector('table[aria-rowcount]').getAttribute('aria-rowcount');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(text)});
  input.dispatchEvent(new Event('input', { bubbles: true }));
}`;
const quiet = () =>
  document.querySelector('main :is(h1, h2)') !== null &&
  document.querySelector('[data-awaited="0"]') !== null &&
  document.querySelector('[aria-label="Loading"]') === null;

/** Each: where it starts, what is done, what is then to be seen. */
const scenes = (id, cells) => ({
  list: {
    from: () => '/workers',
    act: () => click('a', 'Experiments'),
    shown: `() => document.querySelectorAll('main tbody th').length > 5`,
  },
  'heat map': {
    from: () => `/experiments/${id}?tab=runs`,
    act: () => click('[role=tab]', 'Grid'),
    shown: `() => document.querySelectorAll('td[role=gridcell][aria-label*="interval"]').length === ${cells}`,
  },
  'chart of 100 runs': {
    from: () => `/experiments/${id}?tab=runs&by=run`,
    act: () => click('[role=tab]', 'Curves'),
    shown: `() => document.querySelector('main div[role=img] canvas') !== null`,
  },
  'table filter': {
    from: () => `/experiments/${id}?tab=table`,
    act: (i) => type(`0.0${String(i % 20).padStart(2, '0')}`),
    shown: `() => document.querySelector('table[aria-rowcount]').getAttribute('aria-rowcount') !== window.rowsBefore`,
  },
});

/** `scene -> samples` of milliseconds and of the longest task; every sample begins on a page loaded anew. */
export async function measurePages({ url, id, cells, samples, executablePath }) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
    const found = {};
    for (const [name, { from, act, shown }] of Object.entries(scenes(id, cells))) {
      found[name] = [];
      // The first one fills the browser's cache of files and is not counted.
      for (let i = 0; i <= samples; i += 1) {
        await page.goto(`${url}${from()}`);
        await page.waitForFunction(quiet);
        const sample = await page.evaluate(timed, { act: act(i), shown });
        if (i > 0) found[name].push(sample);
      }
    }
    return found;
  } finally {
    await browser.close();
  }
}
