import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import { AblateError } from '@ablate/errors';
import type { FastifyReply } from 'fastify';
import { CONTEXT, type Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';
import { watchExperiment } from '../read/watch-experiment.js';

/** A comment line keeps proxies from closing a quiet stream. */
const QUIET_LOOKS = 40;

@Controller('api/v1/events')
export class EventsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  /** Server-sent events of one experiment; `Last-Event-ID` names the state that a reconnecting client has. */
  @Get()
  async events(
    @Query('experiment') idOrName: string | undefined,
    @Headers('last-event-id') seen: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (idOrName === undefined) {
      throw new AblateError('BAD_QUERY', '"experiment" is missing.', {
        path: 'experiment',
        rule: 'The id or name of an experiment.',
        fix: 'Ask for /events?experiment=ID.',
      });
    }
    const { id } = await findExperiment(this.context.experiments, idOrName);
    const stream = reply.raw;
    reply.hijack();
    stream.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
    });
    stream.write(': hello\n\n');
    let quiet = 0;
    for await (const event of watchExperiment(this.context, id, seen ?? null)) {
      if (stream.destroyed) break;
      quiet = event === null ? quiet + 1 : 0;
      if (event) stream.write(`id: ${event.id}\nevent: experiment\ndata: ${event.data}\n\n`);
      else if (quiet % QUIET_LOOKS === 0) stream.write(': still here\n\n');
    }
    stream.end();
  }
}
