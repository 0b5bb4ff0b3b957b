import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadPool, QUESTION_TYPES } from '@ablate/emoji-data';
import { createExecutor } from '@ablate/tensor';
import { llmArchitecture, llmConfig, loadTokenizer, loadWeights } from '@ablate/vlm';
import { readTokenizer } from '../src/backbone-folder.js';
import { bareEncode } from '../src/bare-encode.js';
import { ENCODER_GATES, measureEncoder } from '../src/encoder-gates.js';
import { dualEncoder } from '../src/make-encoder.js';
import { measureSkills, SKILL_GATES } from '../src/text-skills.js';
import { PAD } from '../src/tokenizer.js';

const models = join(import.meta.dirname, '..', 'models');
const names = readdirSync(models);
const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const read = (name: string, file: string): string => readFileSync(join(models, name, file), 'utf8');
/** First column -> the one that is headed "reached". */
function cardOf(name: string): { scores: Record<string, number>; passed: boolean } {
  const card = read(name, 'README.md');
  const rows = card
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const column = rows[0]!.indexOf('reached');
  return {
    scores: Object.fromEntries(rows.slice(1).map((row) => [row[1]!, Number(row[column])])),
    passed: card.includes('The gate is passed.'),
  };
}
// A question more or less of 150, on a processor with other rounding.
const SLACK = 0.02;

describe.each(names)('%s', (name) => {
  const isEncoder = name.startsWith('clip') || name.startsWith('siglip');

  it('reaches what its card says, and passes the gate or says that it does not', async () => {
    const folder = join(models, name);
    const encode = bareEncode(await readTokenizer(folder));
    const { eosId, bosId } = await loadTokenizer(folder);
    const unseen = await loadPool('unseen-concepts');
    const { scores, passed } = cardOf(name);
    if (isEncoder) {
      const model = dualEncoder(name as 'clip-tiny' | 'siglip-tiny');
      const weights = await loadWeights(folder, model.specs);
      const pools = { train: await loadPool('train'), unseen };
      const measured = await measureEncoder(executor, model, weights, pools, encode, eosId, PAD);
      const [zeroShot, colourProbe] = Object.values(scores);
      expect(Math.abs(measured.zeroShot - zeroShot!)).toBeLessThan(SLACK);
      expect(Math.abs(measured.colourProbe - colourProbe!)).toBeLessThan(SLACK);
      expect(passed).toBe(zeroShot! >= ENCODER_GATES.zeroShot && colourProbe! >= ENCODER_GATES.colourProbe);
    } else {
      const config = llmConfig(
        'config.json',
        JSON.parse(read(name, 'config.json')) as Record<string, unknown>,
      );
      const weights = await loadWeights(folder, llmArchitecture(config.model_type).specs(config));
      const named = new Map([...weights].map(([key, value]) => [`llm.${key}`, value]));
      const measured = await measureSkills(executor, config, named, unseen, encode, eosId, bosId !== null);
      for (const type of QUESTION_TYPES)
        expect([type, Math.abs(measured[type] - scores[type]!) < SLACK]).toEqual([type, true]);
      expect(passed).toBe(QUESTION_TYPES.every((type) => scores[type]! >= SKILL_GATES[type]));
    }
  });

  it('is a whole Hugging Face folder', () => {
    expect(readdirSync(join(models, name)).sort()).toEqual(
      [
        'README.md',
        'config.json',
        'model.safetensors',
        ...(isEncoder ? ['preprocessor_config.json'] : []),
        'tokenizer.json',
        'tokenizer_config.json',
      ].sort(),
    );
  });
});

it('is small enough to commit', () => {
  const bytes = names.flatMap((name) =>
    readdirSync(join(models, name)).map((file) => statSync(join(models, name, file)).size),
  );
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(15 * 2 ** 20);
});
