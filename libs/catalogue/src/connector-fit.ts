import { AblateError } from '@ablate/errors';
import type { EncoderEntry, LlmEntry } from './catalogue-index.js';
import type { ConnectorConfig } from './stage-config.js';

/** Refuses a connector that cannot stand between an encoder and an LLM; `path` is where the connector was named. */
export function requireFit(
  connector: ConnectorConfig,
  encoder: EncoderEntry,
  llm: LlmEntry,
  path: string,
): void {
  if (connector.kind === 'identity' && encoder.hidden !== llm.hidden)
    throw new AblateError(
      'IDENTITY_NEEDS_EQUAL_WIDTHS',
      `identity cannot connect ${encoder.id} (width ${encoder.hidden}) to ${llm.id} (width ${llm.hidden}).`,
      {
        path,
        value: 'identity',
        rule: 'identity needs an encoder and an LLM of one width',
        fix: 'Use linear, or exclude this combination.',
      },
    );
  if (connector.kind === 'mof_mlp' && encoder.architecture !== 'mof')
    throw new AblateError(
      'CONNECTOR_NEEDS_MIXTURE',
      `mof_mlp cannot connect ${encoder.id}: it is one encoder.`,
      {
        path,
        value: 'mof_mlp',
        rule: 'mof_mlp has one MLP for each encoder of a mixture of features',
        fix: 'Use mlp2x_gelu, or exclude this combination.',
      },
    );
  if (connector.kind === 'pixel_shuffle') {
    const side = Math.floor(encoder.imageSize / encoder.patch);
    if (encoder.architecture === 'mof' || side % connector.factor !== 0)
      throw new AblateError(
        'CONNECTOR_DOES_NOT_FIT',
        `pixel_shuffle by ${connector.factor} does not fit the ${side} x ${side} patches of ${encoder.id}.`,
        {
          path,
          value: connector.factor,
          rule: 'patches form one square whose side is a multiple of the factor',
          fix: 'Choose another factor, or exclude this combination.',
        },
      );
  }
  if (connector.kind === 'qformer' && connector.hidden % connector.heads !== 0)
    throw new AblateError(
      'CONNECTOR_DOES_NOT_FIT',
      `qformer: ${connector.heads} heads do not divide width ${connector.hidden}.`,
      { path, value: connector.heads, rule: 'hidden is a multiple of heads', fix: 'Change hidden or heads.' },
    );
}
