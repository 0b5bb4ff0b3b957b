import { encoderArchitecture } from './architectures.js';
import { prefixed, type ParameterSpec } from './params.js';
import { inputGrid, type VisionConfig } from './vision-transformer.js';

/** An encoder as it is configured: one of `architectures.ts`, or a mixture of features with two parts. */
export interface EncoderDescription {
  readonly type: string;
  readonly config: VisionConfig;
}

interface EncoderPart extends EncoderDescription {
  /** Before the part's parameter names, and its subfolder without the dot. */
  readonly prefix: string;
}

/** `model_type` of a mixture of features: folders `clip` and `dinov2` side by side. Source: Tong et al. 2024; the Factory's `mof.py`. */
export const MIXTURE = 'mof';

/** What an encoder is made of: itself, or a mixture's CLIP and DINOv2. */
export function encoderParts({ type, config }: EncoderDescription): readonly EncoderPart[] {
  if (type !== MIXTURE) return [{ prefix: '', type, config }];
  return config.mixture!.map((part) => ({ prefix: `${part.name}.`, type: part.type, config: part.config }));
}

/** Parameters of an encoder, named as in its checkpoint; a mixture's as in the Factory (`clip.*`, `dinov2.*`). */
export const encoderSpecs = (encoder: EncoderDescription): ParameterSpec[] =>
  encoderParts(encoder).flatMap(({ prefix, type, config }) =>
    prefixed(prefix, encoderArchitecture(type).specs(config)),
  );

/** Image tokens a hidden state gives after selection; a mixture's parts one after the other. */
export function selectedCount(
  encoder: EncoderDescription,
  tokens: 'patch' | 'cls-patch' | 'legacy-siglip',
): number {
  return encoderParts(encoder).reduce((sum, { type, config }) => {
    const { rows, columns } = inputGrid(config);
    const { classToken } = encoderArchitecture(type);
    const all = rows * columns + (classToken ? 1 : 0);
    return sum + all - droppedTokens(type, tokens);
  }, 0);
}

/** Tokens left out at the beginning: the class token, or SigLIP's first patch as the Factory does (vlm.md 4.6). */
export const droppedTokens = (type: string, tokens: 'patch' | 'cls-patch' | 'legacy-siglip'): number =>
  tokens === 'legacy-siglip' || (tokens === 'patch' && encoderArchitecture(type).classToken) ? 1 : 0;
