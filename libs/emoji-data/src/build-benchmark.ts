import { AblateError } from '@ablate/errors';
import { longCaption, shortCaption } from './captions.js';
import { DESCRIBE } from './dialogues.js';
import { cachedPool, type PoolName } from './library.js';
import {
  askAbout,
  existsCategory,
  existsColour,
  NEGATIVES,
  type Question,
  type QuestionType,
} from './questions.js';
import { randomOf, type Random } from './random.js';
import { drawPicture, type Picture, type Pool } from './scenes.js';
import { buildOnce, DATA_VERSION, provenance } from './write-folder.js';

/** How answers are scored. */
export type BenchmarkKind = 'exact' | 'choice' | 'pope' | 'caption';

/** A line of `questions.jsonl`. */
export interface BenchmarkQuestion {
  readonly questionId: string;
  /** Below `images/`. */
  readonly image: string;
  readonly question: string;
  readonly target: string;
  /** All acceptable texts of a caption. */
  readonly references?: readonly string[];
  readonly category: string;
  readonly choices?: readonly string[];
  /** How the absent thing of a "no" was chosen. */
  readonly negative?: string;
}

interface Item {
  readonly picture: Picture;
  readonly question: Omit<BenchmarkQuestion, 'questionId' | 'image'>;
}

interface BenchmarkDefinition {
  readonly kind: BenchmarkKind;
  readonly primaryMetric: string;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly pool: PoolName;
  readonly items: (random: Random, pool: Pool) => Item[];
}

/** Share of pictures with one thing, as in training. */
const SINGLES = 0.4;

/** Draws pictures until the question can be asked. */
function until<T>(
  random: Random,
  pool: Pool,
  ask: (picture: Picture) => T | null,
  singles = SINGLES,
): { picture: Picture; asked: T } {
  for (;;) {
    const picture = drawPicture(random, pool, random.unit() < singles ? 'single' : 'scene');
    const asked = ask(picture);
    if (asked !== null) return { picture, asked };
  }
}

const ofType = (random: Random, pool: Pool, type: QuestionType, count: number): Item[] =>
  Array.from({ length: count }, () => {
    // Singles would make "one" the answer to half of the count questions; scenes have one to four things equally often.
    const singles = type === 'count' ? 0 : SINGLES;
    const { picture, asked } = until(random, pool, ({ scene }) => askAbout(random, scene, type), singles);
    return { picture, question: itemOf(asked) };
  });

const itemOf = ({ type, question, answer, choices, negative }: Question): Item['question'] => ({
  question,
  target: answer,
  category: type,
  ...(choices ? { choices } : {}),
  ...(negative ? { negative } : {}),
});

const visualQuestions =
  (each: number) =>
  (random: Random, pool: Pool): Item[] =>
    (['colour', 'category', 'count', 'position'] as const).flatMap((type) =>
      ofType(random, pool, type, each),
    );

/** By category and by colour in equal parts, yes and no in equal parts, the no over three kinds of negatives. Source: POPE, Li et al. 2023. */
const presence =
  (each: number) =>
  (random: Random, pool: Pool): Item[] =>
    [existsCategory, existsColour].flatMap((ask) =>
      Array.from({ length: each }, (_, i) => {
        const negative = NEGATIVES[Math.floor(i / 2) % NEGATIVES.length]!;
        const { picture, asked } = until(random, pool, ({ scene }) =>
          ask(random, scene, i % 2 === 0, negative),
        );
        return { picture, question: itemOf(asked) };
      }),
    );

const captions =
  (count: number) =>
  (random: Random, pool: Pool): Item[] =>
    Array.from({ length: count }, () => {
      const picture = drawPicture(random, pool, 'scene');
      const target = shortCaption(picture.scene);
      return {
        picture,
        question: {
          question: DESCRIBE,
          target,
          references: [target, longCaption(picture.scene)],
          category: 'caption',
        },
      };
    });

const BENCHMARKS: Readonly<Record<string, BenchmarkDefinition>> = {
  'emoji-vqa': {
    kind: 'exact',
    primaryMetric: 'accuracy',
    maxNewTokens: 8,
    seed: 11,
    pool: 'unseen-concepts',
    items: visualQuestions(150),
  },
  'emoji-mc': {
    kind: 'choice',
    primaryMetric: 'accuracy',
    maxNewTokens: 4,
    seed: 12,
    pool: 'unseen-concepts',
    items: (random, pool) => ofType(random, pool, 'choice', 300),
  },
  'emoji-pope': {
    kind: 'pope',
    primaryMetric: 'accuracy',
    maxNewTokens: 4,
    seed: 13,
    pool: 'unseen-concepts',
    items: presence(300),
  },
  'emoji-caption': {
    kind: 'caption',
    primaryMetric: 'cider',
    maxNewTokens: 64,
    seed: 14,
    pool: 'unseen-concepts',
    items: captions(150),
  },
  'emoji-vqa-style': {
    kind: 'exact',
    primaryMetric: 'accuracy',
    maxNewTokens: 8,
    seed: 15,
    pool: 'unseen-artist',
    items: visualQuestions(100),
  },
};

export const BENCHMARK_NAMES = Object.keys(BENCHMARKS);

/**
 * Writes a benchmark: benchmark.json, questions.jsonl, images/*.png. Concepts (or the artist, `emoji-vqa-style`) are never trained on;
 * names are never asked. A finished folder of this version is left as it is. Returns whether anything was built.
 */
export async function buildBenchmark(name: string, folder: string): Promise<boolean> {
  const definition = BENCHMARKS[name];
  if (!definition) {
    throw new AblateError('UNKNOWN_BENCHMARK', `There is no benchmark "${name}" to build.`, {
      path: 'name',
      value: name,
      rule: `One of ${BENCHMARK_NAMES.join(', ')}.`,
      fix: 'Name one of these, or put a folder of your own under benchmarks/.',
    });
  }
  const { kind, primaryMetric, maxNewTokens, seed, pool } = definition;
  return buildOnce(folder, 'benchmark.json', async (writer) => {
    const items = definition.items(randomOf(seed), await cachedPool(pool));
    const questions: BenchmarkQuestion[] = [];
    for (const [i, { picture, question }] of items.entries()) {
      const image = `${String(i).padStart(4, '0')}.png`;
      await writer.image(image, picture.rgb);
      questions.push({ questionId: `${name}-${i}`, image, ...question });
    }
    await writer.text(
      'questions.jsonl',
      `${questions.map((question) => JSON.stringify(question)).join('\n')}\n`,
    );
    await writer.text(
      'benchmark.json',
      `${JSON.stringify({ version: 1, dataVersion: DATA_VERSION, id: name, kind, primaryMetric, maxNewTokens, seed, pool, questions: questions.length, sources: provenance() }, null, 2)}\n`,
    );
  });
}
