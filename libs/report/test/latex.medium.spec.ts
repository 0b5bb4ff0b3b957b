import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { comparison, effects, pivot } from '../src/testing/answers.js';
import { exportEffects, exportPivot, exportTable } from '../src/tables/export-table.js';

const hasTeX = spawnSync('pdflatex', ['--version']).error === undefined;
const named = hasTeX ? 'compiles as it is' : 'compiles as it is (no pdflatex)';

describe('exported LaTeX', () => {
  (hasTeX ? it : it.skip)(
    named,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'ablate-tex-'));
      const difficult = '50 % & "more"_{x}^2 ~#$ \\ é · ± − Δ – ’';
      const cells = comparison.cells.map((cell) => ({ ...cell, label: difficult }));
      try {
        writeFileSync(
          join(folder, 'paper.tex'),
          [
            '\\documentclass{article}\\usepackage{booktabs}\\begin{document}',
            exportTable({ ...comparison, cells, notes: [difficult] }, 'latex'),
            exportEffects(effects, 'latex'),
            exportPivot(pivot, 'latex'),
            '\\end{document}',
          ].join('\n'),
        );
        const log = execFileSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'paper.tex'], {
          cwd: folder,
          encoding: 'utf8',
        });
        expect(log).toContain('Output written on paper.pdf');
        expect(log).not.toContain('Missing character');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );
});
