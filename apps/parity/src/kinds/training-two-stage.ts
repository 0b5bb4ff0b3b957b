import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import type { TensorData, Tensors } from '@ablate/tensor';
import { optimise, type LoopOptions, type Objective } from '@ablate/training';
import { isDecayed, ProgramCache, trainingGraph, vlmSpecs, type LoraByPart } from '@ablate/vlm';
import type { Checks } from '../checks.js';
import { hasFile, readJson, readTensors, type GoldenCase } from '../golden-case.js';
import type { Kind, Tools } from '../kinds.js';
import { loadFactoryModel, ourName, renamed, type FactoryModel } from './factory-model.js';
import { batchOf } from './two-stage-batch.js';
import {
  isTrained,
  loopSettings,
  requireKnown,
  weightError,
  type Data,
  type Log,
  type Stage,
  type TwoStageCase,
} from './two-stage-case.js';

type Parameters = Map<string, TensorData>;

/** Copies, so that a stage may change one and keep the other. */
const copied = (parameters: ReadonlyMap<string, TensorData>): Parameters =>
  new Map([...parameters].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));

/** Whole trainings, step by step: losses, gradient norms and rates of every step, final weights, losses afterwards. */
export const trainingTwoStage: Kind = async (golden, checks, tools) => {
  const { config, runs } = golden.json as TwoStageCase;
  requireKnown(config);
  const model = await loadFactoryModel(golden, 'initial', config);
  const { pixel_values: pixels } = await readTensors(golden, 'data/images.safetensors');
  /** Weights after each stage that ran here, by `run/stage`. */
  const trained = new Map<string, Parameters>();
  for (const [run, stages] of Object.entries(runs)) {
    let parameters = copied(model.parameters);
    for (const stage of stages) {
      const from = /^(.+)\/(.+)$/.exec(stage.start_from);
      if (stage.start_from === 'initial') parameters = copied(model.parameters);
      if (from) parameters = copied(await weightsOf(golden, model, trained, stage.start_from));
      await runStage(golden, checks, tools, model, { run, stage, parameters, pixels: pixels! });
      trained.set(`${run}/${stage.name}`, copied(parameters));
    }
  }
};

/** What a stage of another run begins with: the reference's weights where they are stored, else what was trained here. */
async function weightsOf(
  golden: GoldenCase,
  model: FactoryModel,
  trained: ReadonlyMap<string, Parameters>,
  start: string,
): Promise<Parameters> {
  const file = `runs/${start}_final.safetensors`;
  if (hasFile(golden, file))
    return new Map([...model.parameters, ...renamed(await readTensors(golden, file))]);
  const known = trained.get(start);
  if (known) return known;
  throw new AblateError('UNSUPPORTED_CASE', `A stage starts from "${start}", which is not there.`, {
    value: start,
  });
}

interface StageRun {
  readonly run: string;
  readonly stage: Stage;
  /** Changed in place. */
  readonly parameters: Parameters;
  readonly pixels: TensorData;
}

async function runStage(
  golden: GoldenCase,
  checks: Checks,
  { executor }: Tools,
  model: FactoryModel,
  { run, stage, parameters, pixels }: StageRun,
): Promise<void> {
  const { tolerance } = golden.json as TwoStageCase;
  const what = (name: string): string => `${run}/${stage.name} ${name}`;
  const lora: LoraByPart = stage.lora
    ? { llm: { rank: stage.lora.r, alpha: stage.lora.alpha, dropout: 0 } }
    : {};
  const structure = model.structureWith(lora);
  const specs = Object.values(vlmSpecs(structure)).flat();
  if (stage.files.lora_initial) {
    for (const [name, value] of renamed(await readTensors(golden, stage.files.lora_initial)))
      parameters.set(name, value);
  }
  const initial = copied(parameters);
  const trained = specs
    .map(({ name }) => name)
    .filter((name) => parameters.has(name) && isTrained(stage, name, lora.llm !== undefined));
  const unread = new Set(stage.parameters_without_gradient.map(ourName));
  checks.same(
    what('trained although the reference does not'),
    trained.filter((name) => unread.has(name)),
    [],
  );
  const log = readJson<Log>(golden, stage.files.log);
  const data = readJson<Data>(golden, `data/${stage.data}.json`);
  const programs = new ProgramCache(executor);
  const relative = (rel: number) => ({ abs: 0, rel });

  const forward = async (indices: readonly number[], wrt: readonly string[]) => {
    const { shape, feeds, targets } = batchOf(structure, data, indices, stage.max_length, pixels);
    // The encoder is run inside the step, so that frozen and trained ones take one way.
    const build = () => trainingGraph(structure, shape, [...wrt, 'encoder.']);
    const graph = build();
    const program = await programs.get(JSON.stringify([shape, wrt.length]), () => graph);
    const everything: Tensors = { ...Object.fromEntries(parameters), ...feeds };
    const names = [...graph.inputs.keys()];
    const results = await program.run(Object.fromEntries(names.map((name) => [name, everything[name]!])));
    return { results, targets, tokens: shape.batch * shape.length };
  };
  const objective: Objective = async (step, micro) => {
    const indices = data.micro_batches[step * stage.accumulation + micro]!;
    const { results, targets, tokens } = await forward(indices, trained);
    const loss = results['loss']!.data[0]!;
    const wanted = log.steps[step]!;
    checks.same(what(`targets of step ${step}.${micro}`), targets, wanted.micro_target_tokens[micro]);
    checks.number(
      what(`loss of step ${step}.${micro}`),
      loss,
      wanted.micro_losses[micro]!,
      relative(tolerance.loss_rel),
    );
    const gradients = new Map(
      trained.map((name) => [name, results[`grad.${name}`]!.data as Float32Array] as const),
    );
    return { loss, targets, tokens, gradients };
  };

  const decayed = new Set(specs.filter(isDecayed).map(({ name }) => name));
  const checkpointDir = await mkdtemp(join(tmpdir(), 'ablate-parity-'));
  const options: LoopOptions = {
    ...loopSettings(stage),
    parameters: new Map(trained.map((name) => [name, parameters.get(name)!])),
    objective,
    isDecayed: (name) => decayed.has(name),
    checkpointDir,
  };
  let steps = 0;
  for await (const event of optimise(options)) {
    if (event.type !== 'metrics') continue;
    const values = Object.fromEntries(event.points.map(({ name, value }) => [name, value]));
    const wanted = log.steps[steps]!;
    checks.number(
      what(`gradient norm of step ${steps}`),
      values['gradient_norm']!,
      wanted.grad_norm,
      relative(tolerance.grad_norm_rel),
    );
    checks.number(
      what(`rate of step ${steps}`),
      values['learning_rate']!,
      wanted.lr,
      relative(tolerance.lr_rel),
    );
    steps += 1;
  }
  await rm(checkpointDir, { recursive: true });
  checks.same(what('steps'), steps, stage.steps);

  if (hasFile(golden, stage.files.final_weights)) {
    const skipped = new Set(stage.zero_gradient_tensors.map(ourName));
    const finals = renamed(await readTensors(golden, stage.files.final_weights));
    checks.same(what('trained tensors'), [...trained].sort(), finals.map(([name]) => name).sort());
    for (const [name, wanted] of finals) {
      const actual = parameters.get(name);
      if (skipped.has(name) || !actual || !initial.has(name)) continue;
      const error = weightError(actual, wanted, initial.get(name)!, tolerance);
      checks.error(what(name), error, () => `is ${error.toExponential(1)} tolerances off`);
    }
  }
  for (const [name, before] of initial) {
    if (trained.includes(name)) continue;
    const after = parameters.get(name)!.data;
    if (before.data.some((value, i) => value !== after[i])) checks.fail(what(name), 'changed, but is frozen');
  }
  for (const [index, wanted] of log.eval_losses_after.entries()) {
    const { results } = await forward([index], []);
    checks.number(
      what(`loss of sample ${index} afterwards`),
      results['loss']!.data[0]!,
      wanted,
      relative(tolerance.eval_loss_rel),
    );
  }
  await programs.dispose();
}
