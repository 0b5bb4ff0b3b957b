import { basename, dirname } from 'node:path';
import type { TrainerJob } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import type { Executor } from '@ablate/tensor';
import { imageTokens, ProgramCache } from '@ablate/vlm';
import { ask, promptOf } from './ask.js';
import { loadModel } from './load-model.js';

/** One question about one picture, for the model that some trainings left. */
export interface AnswerRequest extends Pick<TrainerJob, 'backbones' | 'parents'> {
  readonly imageFile: string;
  readonly question: string;
  readonly maxNewTokens: number;
}

const tooLong = (question: string, tokens: number, most: number): AblateError =>
  new AblateError('QUESTION_TOO_LONG', `The question takes ${tokens} tokens with its picture.`, {
    path: 'question',
    value: question.slice(0, 200),
    rule: `This model takes at most ${most}.`,
    fix: 'Ask in fewer words.',
  });

/**
 * The greedy answer of a trained model to one question about one picture: the same weights, template and decoding as an evaluation of
 * it. Throws `BAD_IMAGE`, `NO_TRAINED_PARENT`, `UNKNOWN_FOLDER` and the errors of loading a model.
 */
export async function answerQuestion(
  { backbones, parents, imageFile, question, maxNewTokens }: AnswerRequest,
  executor: Executor,
): Promise<string> {
  const programs = new ProgramCache(executor);
  try {
    const images = [{ file: basename(imageFile), owner: 'the question' }];
    const model = await loadModel({ backbones, parents }, programs, { folder: dirname(imageFile), images });
    const prompt = promptOf(model, question);
    // The picture's mark gives way to its tokens.
    const length = prompt.length - 1 + imageTokens(model.structure);
    const most = Math.min(model.config.maxLength, model.structure.llm.max_position_embeddings);
    if (length > most) throw tooLong(question, length, most);
    const asked = { prompts: [prompt], images: [0] };
    const [answer] = await ask(model, programs, asked, { maxNewTokens, batchSize: 1 });
    return answer!;
  } finally {
    await programs.dispose();
  }
}
