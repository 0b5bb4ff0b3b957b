import { AblateError } from '@ablate/errors';
import { clip } from './clip.js';
import { dinov2 } from './dinov2.js';
import { isObject, type ConfigSource, type Json } from './config-source.js';
import { gemma } from './gemma.js';
import { llama } from './llama.js';
import type { LlmArchitecture, LlmConfig } from './llm.js';
import { openelm } from './openelm.js';
import { phi } from './phi.js';
import { qwen2 } from './qwen2.js';
import { siglip } from './siglip.js';
import { stablelm } from './stablelm.js';
import type { EncoderArchitecture, VisionConfig } from './vision-transformer.js';

/** An architecture whose config has more fields: it only meets configs that it read itself. */
const plain = <C extends LlmConfig>(architecture: LlmArchitecture<C>): LlmArchitecture =>
  architecture as unknown as LlmArchitecture;

/** Every architecture by its `model_type`; a new one is a file and a line here. */
const encoders: Readonly<Record<string, EncoderArchitecture>> = {
  clip_vision_model: clip,
  siglip_vision_model: siglip,
  dinov2: dinov2 as unknown as EncoderArchitecture,
};
const llms: Readonly<Record<string, LlmArchitecture>> = {
  llama: plain(llama),
  phi,
  stablelm: plain(stablelm),
  qwen2: plain(qwen2),
  gemma: plain(gemma),
  openelm: plain(openelm),
};

function found<T>(kind: string, known: Readonly<Record<string, T>>, type: string, file: string): T {
  const architecture = Object.hasOwn(known, type) ? known[type] : undefined;
  if (architecture) return architecture;
  throw new AblateError('UNKNOWN_ARCHITECTURE', `${file}: "${type}" is no ${kind} that this build knows.`, {
    path: `${file}: model_type`,
    value: type,
    rule: `One of ${Object.keys(known).join(', ')}.`,
    fix: 'Use a checkpoint of a supported architecture.',
  });
}

/** The encoder architecture of a `model_type` such as `clip_vision_model`; `file` is named in errors. */
export const encoderArchitecture = (type: string, file = 'config.json'): EncoderArchitecture =>
  found('vision encoder', encoders, type, file);

/** The LLM architecture of a `model_type`; `file` is named in errors. */
export const llmArchitecture = (type: string, file = 'config.json'): LlmArchitecture =>
  found('language model', llms, type, file);

/** The vision part: of a full checkpoint (`clip`, `siglip`) its `vision_config`, else the file itself. */
function visionSource({ file, json }: ConfigSource): { type: string; source: ConfigSource } {
  const type = String(json['model_type']);
  const part = json['vision_config'];
  return isObject(part)
    ? { type: `${type}_vision_model`, source: { file, json: part } }
    : { type, source: { file, json } };
}

/** Vision config of a vision-only or a full config.json, with transformers' defaults; `file` is named in errors. */
export function visionConfig(file: string, json: Json): { type: string; config: VisionConfig } {
  const { type, source } = visionSource({ file, json });
  return { type, config: encoderArchitecture(type, file).readConfig(source) };
}

/** LLM config of a config.json, with transformers' defaults; `file` is named in errors. */
export const llmConfig = (file: string, json: Json): LlmConfig =>
  llmArchitecture(String(json['model_type']), file).readConfig({ file, json });
