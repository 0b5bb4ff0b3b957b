import type { TrainerJob } from '@ablate/catalogue';

/** What `ablate export-model` asks for. */
export interface ExportRequest {
  readonly format: 'huggingface' | 'tinyllava';
  /** Whether adapters become part of the LLM's weights, or stay files of their own. */
  readonly lora: 'merged' | 'adapter';
  /** Folder to make; it must not be there. */
  readonly to: string;
  readonly encoderDir: string;
  readonly llmDir: string;
  /** The run's trained stages in order, each with its model. */
  readonly parents: TrainerJob['parents'];
  /** Text of README.md. */
  readonly card: string;
}
