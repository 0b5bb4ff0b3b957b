import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { routes, type PlaygroundView } from '@ablate/contracts';
import type { FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { CONTEXT, type Context } from '../context.js';
import { askRun } from '../playground/ask-run.js';
import { describeQuestion, findQuestion, listQuestions } from '../playground/describe-question.js';
import { bodyOf } from './parse.js';

/** Questions to finished runs; the models are in the workers. */
@Controller('api/v1')
export class PlaygroundController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('runs/:id/playground')
  @HttpCode(200)
  ask(@Param('id') id: string, @Body() body: unknown): Promise<PlaygroundView> {
    return askRun(this.context, id, bodyOf(routes.ask.body, body));
  }

  @Get('runs/:id/playground')
  list(@Param('id') id: string): Promise<PlaygroundView[]> {
    return listQuestions(this.context, id);
  }

  @Get('playground/:id')
  async one(@Param('id') id: string): Promise<PlaygroundView> {
    return describeQuestion(this.context, await findQuestion(this.context, id));
  }

  /** The picture that a question is about. */
  @Get('playground/:id/image')
  async image(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const { imageSha256, imageType } = await findQuestion(this.context, id);
    const body = await readFile(await this.context.artifacts.verified(imageSha256));
    void reply
      .headers({
        'content-type': imageType,
        'cache-control': 'private, max-age=3600',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
      .send(body);
  }
}
