import { AblateError } from '@ablate/errors';
import { longCaption, shortCaption } from './captions.js';
import { captionTurn, DESCRIBE, drawQuestions, fullCaptionTurn, type Turn } from './dialogues.js';
import { cachedPool } from './library.js';
import { randomOf, type Random } from './random.js';
import { drawPicture, type Scene } from './scenes.js';
import { buildOnce, DATA_VERSION, provenance } from './write-folder.js';

interface RecipeDefinition {
  readonly seed: number;
  readonly pretrain: number;
  readonly finetune: number;
  /** Share of pictures with one thing. */
  readonly singles: number;
  readonly caption: (scene: Scene) => string;
  readonly turns: (random: Random, scene: Scene) => readonly Turn[];
}

/**
 * Two recipes, as ShareGPT4V stands to LLaVA-1.5: base has short captions and short answers, rich has long captions of composed
 * scenes and asks for them among the questions. Records are in random order, so that any prefix is a fair sample.
 */
const RECIPES: Readonly<Record<string, RecipeDefinition>> = {
  'emoji-base': {
    seed: 101,
    pretrain: 1500,
    finetune: 4500,
    singles: 0.4,
    caption: shortCaption,
    turns: (random, scene) => drawQuestions(random, scene, 5),
  },
  'emoji-rich': {
    seed: 202,
    pretrain: 1500,
    finetune: 4500,
    singles: 0.2,
    caption: longCaption,
    turns: (random, scene) =>
      random.shuffle([
        random.unit() < 0.5 ? fullCaptionTurn(scene) : captionTurn(scene),
        ...drawQuestions(random, scene, 4),
      ]),
  },
};

export const RECIPE_NAMES = Object.keys(RECIPES);

const conversations = (turns: readonly Turn[]): object[] =>
  turns.flatMap(({ question, answer }, i) => [
    { from: 'human', value: i === 0 ? `<image>\n${question}` : question },
    { from: 'gpt', value: answer },
  ]);

/**
 * Writes a data recipe in LLaVA's format: recipe.json, pretrain.json, finetune.json, images/*.png. Only train concepts, only Noto and
 * Twemoji. A finished folder of this version is left as it is. Returns whether anything was built.
 */
export async function buildDataRecipe(name: string, folder: string): Promise<boolean> {
  const recipe = RECIPES[name];
  if (!recipe) {
    throw new AblateError('UNKNOWN_RECIPE', `There is no data recipe "${name}" to build.`, {
      path: 'name',
      value: name,
      rule: `One of ${RECIPE_NAMES.join(', ')}.`,
      fix: 'Name one of these, or put a folder of your own under data/.',
    });
  }
  return buildOnce(folder, 'recipe.json', async (writer) => {
    const pool = await cachedPool('train');
    const parts = { pretrain: recipe.pretrain, finetune: recipe.finetune };
    for (const [index, [part, count]] of Object.entries(parts).entries()) {
      const random = randomOf(recipe.seed + index);
      const records: object[] = [];
      for (let i = 0; i < count; i += 1) {
        const { scene, rgb } = drawPicture(random, pool, random.unit() < recipe.singles ? 'single' : 'scene');
        const image = `${part}-${String(i).padStart(5, '0')}.png`;
        const turns =
          part === 'pretrain'
            ? [{ question: DESCRIBE, answer: recipe.caption(scene) }]
            : recipe.turns(random, scene);
        await writer.image(image, rgb);
        records.push({ id: `${name}-${part}-${i}`, image, conversations: conversations(turns) });
      }
      await writer.text(
        `${part}.json`,
        `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`,
      );
    }
    await writer.text(
      'recipe.json',
      `${JSON.stringify({ version: 1, dataVersion: DATA_VERSION, id: name, parts: Object.keys(parts), seed: recipe.seed, counts: parts, sources: provenance() }, null, 2)}\n`,
    );
  });
}
