import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { LoraConfig } from '@ablate/catalogue';
import { createExecutor, type TensorData, type Tensors } from '@ablate/tensor';
import { loadEncoder, loadLlm, ProgramCache, structureOf, trainingGraph, vlmSpecs } from '@ablate/vlm';
import {
  batchOf,
  CASES,
  connectorOf,
  isTrained,
  ourName,
  readJson,
  readTensors,
  renamed,
  weightError,
  within,
  type Data,
  type Log,
  type TwoStageCase,
} from '../test/two-stage-case.js';
import { optimise, type Objective } from './loop.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

for (const name of readdirSync(CASES)) {
  const golden = readJson<TwoStageCase>(`${name}/case.json`);
  describe(`training equals the Factory, step by step: ${name}`, () => {
    it.each(Object.entries(golden.runs))('%s', async (_, stages) => {
      const { tolerance } = golden;
      const encoder = await loadEncoder(join(CASES, name, 'initial/vision_tower'), -2);
      const llm = await loadLlm(join(CASES, name, 'initial/llm'));
      const pixels = (await readTensors(`${name}/data/images.safetensors`)).get('pixel_values')!;
      const tokens = golden.config.vision_tower === 'SiglipVisionModel' ? 'legacy-siglip' : 'patch';
      const parameters = new Map<string, TensorData>([
        ...[...encoder.weights].map(([key, value]) => [`encoder.${key}`, value] as const),
        ...renamed(await readTensors(`${name}/initial/connector.safetensors`)),
        ...[...llm.weights].map(([key, value]) => [`llm.${key}`, value] as const),
      ]);
      for (const stage of stages) {
        const lora: LoraConfig | null = stage.lora
          ? { rank: stage.lora.r, alpha: stage.lora.alpha, dropout: 0 }
          : null;
        const select = { selectLayer: -2, tokens } as const;
        const structure = structureOf(encoder, select, connectorOf(golden), llm, lora);
        const specs = Object.values(vlmSpecs(structure)).flat();
        if (stage.start_from === 'base/stage1') {
          for (const [key, value] of renamed(await readTensors(`${name}/runs/base/stage1_final.safetensors`)))
            parameters.set(key, value);
        }
        if (stage.files.lora_initial) {
          for (const [key, value] of renamed(await readTensors(`${name}/${stage.files.lora_initial}`)))
            parameters.set(key, value);
        }
        const initial = new Map(
          [...parameters].map(([key, value]) => [key, { ...value, data: value.data.slice() }]),
        );
        const trained = specs
          .map((spec) => spec.name)
          .filter((key) => parameters.has(key) && isTrained(stage, key, lora !== null));
        const unread = new Set(stage.parameters_without_gradient.map(ourName));
        expect(trained.filter((key) => unread.has(key))).toEqual([]);
        const log = readJson<Log>(`${name}/${stage.files.log}`);
        const data = readJson<Data>(`${name}/data/${stage.data}.json`);
        const programs = new ProgramCache(executor);
        const forward = async (indices: readonly number[], wrt: readonly string[]) => {
          const { shape, feeds, targets } = batchOf(structure, data, indices, stage.max_length, pixels);
          // The encoder is run inside the step, so that frozen and trained ones take one way.
          const graph = trainingGraph(structure, shape, [...wrt, 'encoder.']);
          const program = await programs.get(JSON.stringify([shape, wrt.length]), () => graph);
          const everything: Tensors = { ...Object.fromEntries(parameters), ...feeds };
          const results = await program.run(
            Object.fromEntries([...graph.inputs.keys()].map((key) => [key, everything[key]!])),
          );
          return { results, targets, tokens: shape.batch * shape.length };
        };
        const objective: Objective = async (step, micro) => {
          const indices = data.micro_batches[step * stage.accumulation + micro]!;
          const { results, targets, tokens } = await forward(indices, trained);
          const loss = results['loss']!.data[0]!;
          const wanted = log.steps[step]!;
          expect({ step, micro, targets }).toEqual({
            step,
            micro,
            targets: wanted.micro_target_tokens[micro],
          });
          const close = within(loss, wanted.micro_losses[micro]!, tolerance.loss_rel);
          expect({ step, micro, loss, close }).toEqual({ step, micro, loss, close: true });
          const gradients = new Map(
            trained.map((key) => [key, results[`grad.${key}`]!.data as Float32Array]),
          );
          return { loss, targets, tokens, gradients };
        };
        const checkpointDir = await mkdtemp(join(tmpdir(), 'ablate-two-stage-'));
        const events = optimise({
          parameters: new Map(trained.map((key) => [key, parameters.get(key)!])),
          objective,
          totalSteps: stage.steps,
          accumulation: stage.accumulation,
          lossReduction: stage.loss_weighting === 'token' ? 'token' : 'micro-batch',
          optimiser: {
            learningRate: stage.lr,
            connectorLearningRate: null,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weightDecay: stage.weight_decay,
            clipNorm: stage.max_grad_norm,
          },
          schedule: { kind: 'cosine', warmupRatio: stage.warmup_steps / stage.steps },
          checkpointEvery: Infinity,
          checkpointDir,
          resumeFrom: null,
          signal: new AbortController().signal,
        });
        let steps = 0;
        for await (const event of events) {
          if (event.type !== 'metrics') continue;
          const values = Object.fromEntries(event.points.map((point) => [point.name, point.value]));
          const wanted = log.steps[steps]!;
          steps += 1;
          const norm = values['gradient_norm']!;
          const rate = values['learning_rate']!;
          const close = [
            within(norm, wanted.grad_norm, tolerance.grad_norm_rel),
            within(rate, wanted.lr, tolerance.lr_rel),
          ];
          expect({ steps, norm, rate, close }).toEqual({ steps, norm, rate, close: [true, true] });
        }
        await rm(checkpointDir, { recursive: true });
        expect(steps).toBe(stage.steps);

        const finalFile = `${name}/${stage.files.final_weights}`;
        if (existsSync(join(CASES, finalFile))) {
          const skipped = new Set(stage.zero_gradient_tensors.map(ourName));
          const finals = renamed(await readTensors(finalFile));
          expect(finals.map(([key]) => key).sort()).toEqual([...trained].sort());
          for (const [key, wanted] of finals) {
            if (skipped.has(key)) continue;
            const error = weightError(parameters.get(key)!, wanted, initial.get(key)!, tolerance);
            expect({ key, error, close: error <= 1 }).toEqual({ key, error, close: true });
          }
        }
        for (const [key, before] of initial) {
          if (!trained.includes(key)) expect(parameters.get(key)!.data).toEqual(before.data);
        }
        for (const [index, wanted] of log.eval_losses_after.entries()) {
          const loss = (await forward([index], [])).results['loss']!.data[0]!;
          const close = within(loss, wanted, tolerance.eval_loss_rel);
          expect({ index, loss, close }).toEqual({ index, loss, close: true });
        }
        await programs.dispose();
      }
    });
  });
}
