import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

/** The server whose newest experiment is shown in `docs/screenshots`: by default the one that `npm run demo -- --keep` leaves running. */
export const shown = process.env['ABLATE_SCREENSHOTS'] ?? 'http://127.0.0.1:4600';

/** Writes what is on screen, in few colours: small enough for a repository. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await sharp(await page.screenshot())
    .png({ palette: true, colours: 192, effort: 10 })
    .toFile(join(FOLDER, `${name}.png`));
}
