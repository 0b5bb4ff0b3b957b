import { AblateError } from '@ablate/errors';
import { reshape, transpose, type Value } from '@ablate/tensor';
import { linearSpecs, normal, type ParameterSpec } from './params.js';

/** A linear layer without bias over the channels of factor x factor patches. Source: nanoVLM `ModalityProjector`. */
export const pixelShuffleSpecs = (factor: number, vision: number, hidden: number): ParameterSpec[] =>
  linearSpecs('proj', factor ** 2 * vision, hidden, normal(0.02), false);

/**
 * [B, side side, V] -> [B, (side / f)^2, f f V]: each square of f x f patches becomes one token, its rows first.
 * Source: nanoVLM `ModalityProjector.pixel_shuffle`; Shi et al. 2016.
 */
export function pixelShuffle(features: Value, factor: number): Value {
  const [batch, tokens, width] = features.shape as [number, number, number];
  const side = Math.round(Math.sqrt(tokens));
  if (side * side !== tokens || side % factor !== 0) {
    throw new AblateError(
      'BAD_CONNECTOR',
      `Pixel shuffle by ${factor} does not fit ${tokens} image tokens.`,
      {
        path: 'connector.factor',
        value: factor,
        rule: 'Image tokens form a square whose side is a multiple of the factor.',
        fix: 'Choose another factor, or an encoder and tokens (`patch`) that give a square.',
      },
    );
  }
  const small = side / factor;
  const cut = reshape(features, [batch, small, factor, small, factor, width]);
  return reshape(transpose(cut, [0, 1, 3, 2, 4, 5]), [batch, small * small, factor * factor * width]);
}
